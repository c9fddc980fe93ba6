import { TallymanError } from '../base/errors.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { switchFlag } from './cli/flags.ts';
import { checkDataFolder } from './cli/local-carrier.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { readLines, textLines, writeLines } from './cli/text-lines.ts';

const backupPath = '/api/v1/server/backup';

const backup = defineSubcommand({
  name: 'backup',
  summary: "writes the server's whole state to a file; the server may run meanwhile",
  subject: 'FILE',
  flags: {},
  async run({ api, subject: file }) {
    const lines = textLines(await api.stream({ method: 'GET', path: backupPath }));
    const count = await writeLines(file, wholeBackup(lines));
    return { json: { file, lines: count }, lines: [], notes: [`The backup is in ${file} (${String(count)} lines).`] };
  },
});

const restore = defineSubcommand({
  name: 'restore',
  summary: 'makes the state what a backup says; every server on it has to be stopped',
  subject: 'FILE',
  isStateOnly: true,
  flags: { force: switchFlag('Replace a state that is there. Without it, only an empty one is filled.') },
  remarks: [
    'The backup may come from either kind of database. What was done after it is undone: tokens that were revoked',
    'since then are good again. Set TALLYMAN_SECRET as the server will have it.',
  ],
  async run({ way, subject: file, flags: { force }, createLog }) {
    if (way.kind !== 'state') throw new Error('a restore needs a state');
    checkDataFolder(way, { mayBeMissing: true });
    const { data = '', database = '', secret } = way;
    const { restoreDump } = await import('../store/restore-dump.ts');
    await restoreDump({ data, database, secret, log: createLog() }, readLines(file), { force });
    const notes = [`The state is what it was when ${file} was made. Start the server.`];
    return { json: { file, restored: true }, lines: [], notes };
  },
});

export const serverBackupCommands: CommandGroup = {
  name: 'server',
  summary: 'backup and restore of the state of the server',
  subcommands: [backup, restore],
};

export const serverBackup = createCommandGroup(serverBackupCommands);

/** A proxy between can end an answer that broke off as if it were whole. */
async function* wholeBackup(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let last = '';
  for await (const line of lines) {
    last = line;
    yield line;
  }
  if (!last.startsWith('{"end":')) throw new TallymanError('CLI_ANSWER', 'the backup broke off: try again');
}
