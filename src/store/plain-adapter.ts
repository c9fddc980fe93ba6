import type { DialectAdapter } from 'kysely';

/** Both databases can do all of this; migrations run within a transaction of ours, which holds the lock. */
export function plainAdapter(): DialectAdapter {
  return {
    supportsCreateIfNotExists: true,
    supportsMultipleConnections: true,
    supportsTransactionalDdl: true,
    supportsReturning: true,
    supportsOutput: false,
    acquireMigrationLock: () => Promise.resolve(),
    releaseMigrationLock: () => Promise.resolve(),
  };
}
