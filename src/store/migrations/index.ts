import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../backend.ts';
import { fleetMigration } from './0001-fleet.ts';
import { supplyChainMigration } from './0002-supply-chain.ts';

/** Every change of the tables, in order; one that was released is never changed. */
export function migrationsFor(types: ColumnTypes): Readonly<Record<string, Migration>> {
  return { '0001-fleet': fleetMigration(types), '0002-supply-chain': supplyChainMigration(types) };
}
