import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { openStore } from '../open-store.ts';
import type { StoreOptions } from '../store-options.ts';
import type { Store } from '../store.ts';

/** One state, empty at first, that a test opens as often as it likes. */
export interface StoreBench {
  readonly kind: Store['kind'];
  /** Where the state is. */
  readonly options: StoreOptions;
  /** Closed at the end of the test. */
  open(changes?: Partial<StoreOptions>): Promise<Store>;
  /** Changes the database behind the store's back. */
  tamper(sql: string): Promise<void>;
}

/** How a kind of database makes a state for one test, and removes it after the test. */
export type MakeBench = () => Promise<StoreBench>;

/** A folder for the length of a test. */
export function testFolder(): string {
  const folder = mkdtempSync('/tmp/tallyman-store-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function createBench(options: StoreOptions, kind: Store['kind'], tamper: StoreBench['tamper']): StoreBench {
  return {
    kind,
    options,
    tamper,
    async open(changes) {
      const store = await openStore({ ...options, ...changes });
      onTestFinished(() => store.close());
      return store;
    },
  };
}

export const makeSqliteBench: MakeBench = () => {
  const data = join(testFolder(), 'data');
  const options: StoreOptions = { data, database: '', role: 'tool', secret: undefined, log: silentLog() };
  return Promise.resolve(
    createBench(options, 'sqlite', (sql) => {
      const database = new DatabaseSync(join(data, 'tallyman.db'));
      database.exec(sql);
      database.close();
      return Promise.resolve();
    }),
  );
};
