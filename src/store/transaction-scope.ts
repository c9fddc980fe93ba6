import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Notices code within a transaction that asks the store rather than the transaction's tables: on SQLite it would wait
 * for ever, on PostgreSQL it would not see what the transaction has written.
 */
export interface TransactionScope {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Called when a statement or transaction of its own asks for a connection. */
  assertOutside(): void;
}

export function createTransactionScope(): TransactionScope {
  const storage = new AsyncLocalStorage<{ isOpen: boolean }>();
  return {
    async run(work) {
      const scope = { isOpen: true };
      try {
        return await storage.run(scope, work);
      } finally {
        scope.isOpen = false;
      }
    },
    assertOutside() {
      if (storage.getStore()?.isOpen === true) {
        throw new Error('the store is used within a transaction of its own: use the tables that the work is given');
      }
    },
  };
}
