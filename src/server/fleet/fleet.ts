import type { InventoryContainer } from '../../protocol/frames.ts';

export type HostStatus = 'online' | 'degraded' | 'offline';

/** A host as the API and the metrics show it; computed when asked. */
export interface HostView {
  id: string;
  name: string;
  status: HostStatus;
  /** Why it is not online, each `code: words for people`; empty when it is. */
  reasons: readonly { code: string; text: string }[];
  /** Seconds since the last heartbeat, by the database's clock; undefined: never heard. */
  lastSeenSeconds: number | undefined;
  joined: boolean;
  createdAt: number;
  agentVersion: string;
  engineVersion: string | undefined;
  clockSkewSeconds: number | undefined;
  /** Unix milliseconds; undefined before it has joined. */
  certificateNotAfter: number | undefined;
  exporter: { address: string; port: number; tls: boolean; path: string } | undefined;
  /** Absent (undefined) while the host is offline. */
  containers: readonly InventoryContainer[] | undefined;
}

export const stackStates = ['running', 'partial', 'stopped', 'unhealthy', 'error'] as const;
export type StackState = (typeof stackStates)[number];

export interface StackView {
  host: string;
  name: string;
  state: StackState;
  reasons: readonly string[];
  services: readonly { name: string; containers: number; running: number }[];
}

export interface Fleet {
  /** Every host the names allow (undefined: all), in the order of their names. */
  hosts(names: ReadonlySet<string> | undefined): Promise<readonly HostView[]>;
  /** Of the hosts that are not offline. */
  stacks(hosts: readonly HostView[]): readonly StackView[];
}
