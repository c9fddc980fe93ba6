import type { Kysely } from 'kysely';
import { TallymanError } from '../base/errors.ts';
import { createAuditSigner } from './audit/audit-signer.ts';
import { createTally, headerSchema, invalidBackup, parseJson, type BackupHeader } from './backup/backup-lines.ts';
import { insertRows } from './backup/insert-rows.ts';
import { backupTableNames, transientTables } from './backup/backup-tables.ts';
import { auditKeyIn, auditKeyName, keyFileIn } from './data-folder.ts';
import { addAuditKey } from './keys/audit-key-file.ts';
import { storeLocalDataKey } from './keys/local-data-key.ts';
import { createSealer } from './keys/sealer.ts';
import { storeSharedDataKey } from './keys/shared-data-key.ts';
import { migrationsFor } from './migrations/index.ts';
import { openState, type State } from './open-state.ts';
import type { Schema } from './schema.ts';
import type { StoreOptions } from './store-options.ts';
import { createKeyVault } from './tables/key-vault.ts';

/**
 * Makes the state what a backup says, on either kind of database: all of it or, when the file was cut or changed
 * (BACKUP_INVALID), nothing. `lines` are those of `Store.dump`, with or without newlines; they hold every secret, so
 * the file they come from has to be readable by its owner alone (0600). A state that has anything in it is left alone
 * (STORE_NOT_EMPTY) unless `force` says to replace it, and one that a server works on in any case (STORE_LOCKED).
 */
export async function restoreDump(
  options: Omit<StoreOptions, 'role'>,
  lines: AsyncIterable<string>,
  { force }: { force: boolean },
): Promise<void> {
  const rest = lines[Symbol.asyncIterator]();
  const first = await rest.next();
  const headerLine = first.done === true ? '' : first.value.trimEnd();
  const header = parseHeader(headerLine);
  const state = await openState({ ...options, role: options.data === '' ? 'tool' : 'server' });
  try {
    const { backend } = state.context;
    checkVersion(header, migrationsFor(backend.types));
    await backend.db.transaction().execute(async (db) => {
      await backend.lock(db, 'start');
      await backend.lock(db, 'writers');
      await refuseRunning(db, state);
      if (!force) await refuseFilled(db);
      for (const table of [...transientTables, ...backupTableNames.toReversed()]) await db.deleteFrom(table).execute();
      const tally = createTally();
      tally.add(headerLine);
      await insertRows(db, { [Symbol.asyncIterator]: () => rest }, tally);
      await restoreKeys(db, state, header, options);
    });
  } finally {
    await rest.return?.();
    await state.close();
  }
}

function parseHeader(line: string): BackupHeader {
  const { data } = headerSchema.safeParse(line === '' ? undefined : parseJson(line));
  if (data === undefined) throw invalidBackup('it does not begin like one');
  if (data.version !== 1) throw newer();
  return data;
}

function checkVersion({ migrations }: BackupHeader, known: object): void {
  if (migrations.some((name) => !Object.hasOwn(known, name))) throw newer();
}

function newer(): TallymanError {
  return new TallymanError(
    'STORE_NEWER',
    'the backup was made by a newer version of Tallyman: restore it with that one',
  );
}

/** A server that works on SQLite holds its folder's lock; those on PostgreSQL say that they are there. */
async function refuseRunning(db: Kysely<Schema>, { context: { backend } }: State): Promise<void> {
  if (backend.kind === 'sqlite') return;
  const running = await db
    .selectFrom('instances')
    .select('address')
    .where((eb) => eb('seenAt', '>', eb(backend.now(), '-', 30_000)))
    .executeTakeFirst();
  if (running === undefined) return;
  throw new TallymanError(
    'STORE_LOCKED',
    'a server works on this database: stop all of them; one that was killed is forgotten after 30 seconds',
  );
}

async function refuseFilled(db: Kysely<Schema>): Promise<void> {
  const head = await db.selectFrom('auditHead').select('number').executeTakeFirst();
  let isFilled = (head?.number ?? 0) > 0;
  for (const table of ['users', 'roles', 'tokens', 'hosts', 'certificates', 'orgs', 'auditEntries'] as const) {
    isFilled ||=
      (
        await db
          .selectFrom(table)
          .select((eb) => eb.val(1).as('one'))
          .limit(1)
          .execute()
      ).length > 0;
  }
  const keys = await db.selectFrom('sealedKeys').select('name').where('name', '!=', auditKeyName).limit(1).execute();
  if (!isFilled && keys.length === 0) return;
  throw new TallymanError(
    'STORE_NOT_EMPTY',
    'there is a state already: name an empty data folder or database, or say that it is to be replaced (--force)',
  );
}

/** Files last: a transaction that fails after them leaves keys that nothing names, and all that were there. */
async function restoreKeys(
  db: Kysely<Schema>,
  { context: { backend } }: State,
  header: BackupHeader,
  options: Omit<StoreOptions, 'role'>,
): Promise<void> {
  const { data, database } = options;
  const secret = options.secret === '' ? undefined : options.secret;
  const dataKey = Buffer.from(header.dataKey, 'base64');
  if (backend.kind === 'sqlite') {
    await addAuditKey(auditKeyIn(data), header.auditKey);
    await storeLocalDataKey(db, { keyFile: keyFileIn(data), secret }, dataKey);
    return;
  }
  const vault = createKeyVault({ db, sealer: createSealer(dataKey) });
  await vault.replace(auditKeyName, createAuditSigner(header.auditKey).privateKey);
  await storeSharedDataKey(db, { database, secret, keyFile: data === '' ? undefined : keyFileIn(data) }, dataKey);
}
