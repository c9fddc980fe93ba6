import { dumpLines } from './backup/dump.ts';
import { atomically } from './context.ts';
import { openState } from './open-state.ts';
import type { StoreOptions } from './store-options.ts';
import type { Store } from './store.ts';
import { createTables } from './tables/index.ts';

/**
 * Opens the state, made and brought up to date as needed. Throws STORE_URL_INVALID, STORE_LOCKED, STORE_NEWER,
 * STORE_KEY_WRONG, STORE_UNAVAILABLE, STORE_FULL, STORE_DAMAGED.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const state = await openState(options);
  const { context, serverId } = state;
  const { backend } = context;
  return {
    ...createTables(context),
    kind: backend.kind,
    serverId,
    async now() {
      const { now } = await backend.db.selectNoFrom(backend.now().as('now')).executeTakeFirstOrThrow();
      return now;
    },
    transaction: (work) =>
      atomically(context, async (db) => {
        // Readers that write what follows from what they have read happen one after the other.
        await backend.lock(db, 'writers');
        return await work(createTables({ ...context, db }));
      }),
    dump: () => dumpLines(context),
    close: () => state.close(),
  };
}
