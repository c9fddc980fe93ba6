import type { AgentConnection } from './agent-connection.ts';

/** The connections of one server: one for each host that has said hello, and those that still have to. */
export interface ConnectedAgents {
  /** Until it closes. */
  add(connection: AgentConnection): void;
  /** The newest connection of a host: an older one ends. Returns when it counts as connected, after all before it. */
  greet(connection: AgentConnection, now: number): number;
  ofHost(hostId: string): readonly AgentConnection[];
  all(): readonly AgentConnection[];
  /** Those that have said hello. */
  greeted(): number;
}

export function createConnectedAgents(): ConnectedAgents {
  const all = new Set<AgentConnection>();
  const newest = new Map<string, AgentConnection>();
  const remove = (connection: AgentConnection): void => {
    all.delete(connection);
    if (newest.get(connection.hostId) === connection) newest.delete(connection.hostId);
  };
  return {
    add(connection) {
      all.add(connection);
      void connection.closed.then(() => remove(connection));
    },
    greet(connection, now) {
      const older = newest.get(connection.hostId);
      newest.set(connection.hostId, connection);
      older?.end('replaced', 'the host has connected anew');
      return Math.max(Math.round(now), (older?.connectedAt() ?? 0) + 1);
    },
    ofHost: (hostId) => [...all].filter((connection) => connection.hostId === hostId),
    all: () => [...all],
    greeted: () => newest.size,
  };
}
