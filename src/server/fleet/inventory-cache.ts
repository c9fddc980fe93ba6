import { z } from 'zod';
import { inventoryContainerSchema, type InventoryContainer } from '../../protocol/frames.ts';
import type { InventoryRow } from '../../store/store.ts';
import { parseStoredJson } from './stored-json.ts';

const inventorySchema = z.array(inventoryContainerSchema);

/** Parses inventories, each once for as long as the row stays the same. */
export interface InventoryCache {
  /** undefined for a row that cannot be read. */
  containers(row: InventoryRow): readonly InventoryContainer[] | undefined;
  /** Forgets the hosts that are not among these. */
  keep(hostIds: ReadonlySet<string>): void;
}

export function createInventoryCache(): InventoryCache {
  const parsed = new Map<string, { text: string; containers: readonly InventoryContainer[] | undefined }>();
  return {
    containers(row) {
      const known = parsed.get(row.hostId);
      // By its text: two inventories can arrive in the same millisecond.
      if (known?.text === row.containers) return known.containers;
      const containers = parseStoredJson(inventorySchema, row.containers);
      parsed.set(row.hostId, { text: row.containers, containers });
      return containers;
    },
    keep(hostIds) {
      for (const id of parsed.keys()) if (!hostIds.has(id)) parsed.delete(id);
    },
  };
}
