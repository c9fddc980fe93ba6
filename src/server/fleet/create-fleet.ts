import { buildInfo } from '../../base/build-info.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { createOnceLog } from '../../base/once-log.ts';
import type { InventoryContainer } from '../../protocol/frames.ts';
import type { HostRow, InventoryRow, PresenceRow, Store } from '../../store/store.ts';
import { createCertificateEnds } from './certificate-ends.ts';
import type { Fleet, HostView, StackView } from './fleet.ts';
import { hostStatus, offlineMs } from './host-status.ts';
import { createInventoryCache } from './inventory-cache.ts';
import { presenceFactsSchema, type PresenceFacts } from './presence-facts.ts';
import { stacksOf } from './stack-state.ts';
import { parseStoredJson, storedExporterSchema } from './stored-json.ts';

export interface FleetOptions {
  store: Pick<Store, 'now' | 'hosts' | 'presences' | 'instances' | 'inventories' | 'certificates'>;
  /** How often agents are told to send a heartbeat. */
  heartbeatMs: number;
  clock: Clock;
  log: Log;
  /** The server's own version, to tell agents that are too old; the program's by default. */
  serverVersion?: string;
}

/**
 * An inventory counts if it came with the connection that is heard, or after it: one from before may tell of what is
 * long gone. The two times are the database's, taken by different statements.
 */
const inventorySlackMs = 5000;

/** The fleet as the database knows it at the moment of asking; any server on it says the same. */
export function createFleet(options: FleetOptions): Fleet {
  const { store, heartbeatMs, clock, log, serverVersion = buildInfo.version } = options;
  const inventories = createInventoryCache();
  const certificateEnds = createCertificateEnds(store, clock);
  const stacks = new WeakMap<readonly InventoryContainer[], readonly StackView[]>();
  const onceLog = createOnceLog(log);

  const readFacts = ({ hostId, facts }: PresenceRow): PresenceFacts | undefined => {
    const read = parseStoredJson(presenceFactsSchema, facts);
    if (read === undefined) onceLog.warn(`facts ${hostId}`, { hostId }, 'what was heard of a host cannot be read');
    return read;
  };

  const readContainers = (row: InventoryRow): readonly InventoryContainer[] | undefined => {
    const read = inventories.containers(row);
    const { hostId } = row;
    if (read === undefined) onceLog.warn(`inventory ${hostId}`, { hostId }, 'the inventory of a host cannot be read');
    return read;
  };

  const viewOf = (host: HostRow, now: number, presence?: PresenceRow, inventory?: InventoryRow): HostView => {
    const facts = presence === undefined ? undefined : readFacts(presence);
    const { status, reasons } = hostStatus({
      now,
      heartbeatMs,
      serverVersion,
      hasJoined: host.joinedAt !== undefined,
      heard: presence === undefined ? undefined : { at: presence.heardAt, facts },
    });
    const isOffline = status === 'offline';
    const lastSeenAt = Math.max(host.lastSeenAt ?? 0, presence?.heardAt ?? 0);
    const isOfConnection =
      inventory !== undefined &&
      presence !== undefined &&
      inventory.receivedAt >= presence.connectedAt - inventorySlackMs;
    return {
      id: host.id,
      name: host.name,
      status,
      reasons,
      lastSeenSeconds: lastSeenAt > 0 ? Math.max(0, now - lastSeenAt) / 1000 : undefined,
      joined: host.joinedAt !== undefined,
      createdAt: host.createdAt,
      agentVersion: facts?.agentVersion ?? host.agentVersion,
      engineVersion: isOffline ? undefined : (facts?.engineVersion ?? undefined),
      clockSkewSeconds: isOffline ? undefined : facts?.clockSkewSeconds,
      certificateNotAfter: facts?.certificateNotAfter,
      exporter: host.exporter === '' ? undefined : parseStoredJson(storedExporterSchema, host.exporter),
      containers: isOffline || !isOfConnection ? undefined : readContainers(inventory),
    };
  };

  return {
    async hosts(names) {
      const [rows, presenceRows, instanceRows, inventoryRows, now] = await Promise.all([
        store.hosts.all(),
        store.presences.all(),
        store.instances.all(),
        store.inventories.all(),
        store.now(),
      ]);
      const living = new Set(instanceRows.filter(({ seenAt }) => now - seenAt < offlineMs).map(({ id }) => id));
      const presences = new Map(
        presenceRows.filter(({ instanceId }) => living.has(instanceId)).map((row) => [row.hostId, row]),
      );
      const inventoryOf = new Map(inventoryRows.map((row) => [row.hostId, row]));
      inventories.keep(new Set(rows.map(({ id }) => id)));
      const views = rows
        .filter(({ name }) => names === undefined || names.has(name))
        .map((row) => viewOf(row, now, presences.get(row.id), inventoryOf.get(row.id)))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const unknown = views.filter(({ joined, certificateNotAfter }) => joined && certificateNotAfter === undefined);
      const ends = await certificateEnds.of(unknown.map(({ id }) => id));
      return views.map((view) =>
        view.certificateNotAfter === undefined ? { ...view, certificateNotAfter: ends.get(view.id) } : view,
      );
    },

    stacks(hosts) {
      return hosts.flatMap(({ name, containers }) => {
        if (containers === undefined) return [];
        const known = stacks.get(containers);
        if (known !== undefined && known[0]?.host === name) return known;
        const found = stacksOf(name, containers);
        stacks.set(containers, found);
        return found;
      });
    },
  };
}
