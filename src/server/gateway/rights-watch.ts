import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { repeat, type Repetition } from '../tasks/repeat.ts';
import type { AgentConnection } from './agent-connection.ts';
import type { ConnectedAgents } from './connected-agents.ts';
import { rightsEveryMs } from './gateway-limits.ts';
import type { Refusals } from './refusals.ts';

/**
 * Looks every few seconds whether the agents that are connected here still may be: what was revoked or removed by
 * whomever on this database is cut, and so is a connection whose host has meanwhile connected to another server.
 */
export function watchRights(options: {
  store: Pick<Store, 'certificates' | 'presences'>;
  agents: ConnectedAgents;
  refusals: Refusals;
  databaseNow: () => number;
  log: Log;
}): Repetition {
  const { store, agents, refusals, databaseNow, log } = options;

  const cut = (connection: AgentConnection): void => {
    if (connection.certificateNotAfter <= databaseNow()) {
      refusals.add('expired_certificate', '', 'its certificate has expired', connection.hostName);
      connection.end('going', 'the certificate has expired');
    } else {
      refusals.add('revoked', '', 'its certificate was revoked', connection.hostName);
      connection.end('revoked', 'the certificate was revoked');
    }
  };

  return repeat({ name: 'rights of agents', everyMs: rightsEveryMs, log }, async () => {
    const connections = agents.all();
    if (connections.length === 0) return;
    const serials = [...new Set(connections.map(({ serial }) => serial))];
    const without = new Set(await store.certificates.withoutRight(serials));
    for (const connection of connections) if (without.has(connection.serial)) cut(connection);
    const elsewhere = new Map((await store.presences.all()).map((row) => [row.hostId, row]));
    for (const connection of connections) {
      const row = elsewhere.get(connection.hostId);
      const connectedAt = connection.connectedAt();
      if (row === undefined || connectedAt === undefined || row.connectionId === connection.id) continue;
      if (row.connectedAt > connectedAt) connection.end('replaced', 'the host has connected to another server');
    }
  });
}
