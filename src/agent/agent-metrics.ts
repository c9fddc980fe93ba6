import type { Collector } from '../collectors/collector.ts';
import { labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import { dropReasons, type DropReason } from './drop-counts.ts';

/** What an agent says of its connection on the page of its exporter. */
export interface AgentFigures {
  isConnected: boolean;
  reconnects: number;
  waiting: { batches: number; bytes: number };
  stored: number;
  dropped: Readonly<Record<DropReason, number>>;
  /** Messages for which there was no room. */
  unsent: number;
  /** Unix milliseconds; undefined before the first, and before it has joined. */
  heardAt: number | undefined;
  certificateNotAfter: number | undefined;
}

const always = { when: 'always', source: "the agent's connection" } as const;

const connected = defineMetric({
  ...always,
  name: 'tallyman_agent_connected',
  type: 'gauge',
  help: 'Whether the agent is connected to a server of its fleet.',
});
const heard = defineMetric({
  ...always,
  name: 'tallyman_agent_last_heard_timestamp_seconds',
  type: 'gauge',
  when: 'always, once a server has heard the agent',
  help: 'Unix time at which a server last answered a heartbeat.',
});
const reconnects = defineMetric({
  ...always,
  name: 'tallyman_agent_reconnects_total',
  type: 'counter',
  help: 'Connections after the first.',
});
const waiting = defineMetric({
  ...always,
  name: 'tallyman_agent_batches_waiting',
  type: 'gauge',
  help: 'Batches of samples that no server has stored yet.',
});
const waitingBytes = defineMetric({
  ...always,
  name: 'tallyman_agent_batches_waiting_bytes',
  type: 'gauge',
  help: 'Memory that the waiting batches take.',
});
const stored = defineMetric({
  ...always,
  name: 'tallyman_agent_batches_stored_total',
  type: 'counter',
  help: 'Batches of samples that a server has stored.',
});
const dropped = defineMetric({
  ...always,
  name: 'tallyman_agent_batches_dropped_total',
  type: 'counter',
  labels: ['reason'],
  help: 'Batches of samples that were given up: kept for over an hour (age), more than fits (memory), refused by a server (rejected, violation), or larger than a message may be (too_large).',
});
const unsent = defineMetric({
  ...always,
  name: 'tallyman_agent_messages_unsent_total',
  type: 'counter',
  help: 'Messages that were not sent because too many were waiting to be written to the network.',
});
const expiry = defineMetric({
  ...always,
  name: 'tallyman_agent_certificate_expiry_timestamp_seconds',
  type: 'gauge',
  when: 'always, once the agent has joined',
  help: "Unix time at which the agent's certificate ends; it renews itself at two thirds of its life.",
});

export const agentMetrics = [connected, heard, reconnects, waiting, waitingBytes, stored, dropped, unsent, expiry];

/** The agent's own numbers, as one more collector of the exporter. */
export function createAgentCollector(figures: () => AgentFigures): Collector {
  return {
    name: 'agent',
    group: 'exporter',
    doc: "the agent's connection to its fleet",
    needs: {},
    metrics: agentMetrics,
    collect(_, samples) {
      const now = figures();
      samples.add(connected, '', Number(now.isConnected));
      samples.add(heard, '', toSeconds(now.heardAt));
      samples.add(reconnects, '', now.reconnects);
      samples.add(waiting, '', now.waiting.batches);
      samples.add(waitingBytes, '', now.waiting.bytes);
      samples.add(stored, '', now.stored);
      for (const reason of dropReasons) samples.add(dropped, labelText([['reason', reason]]), now.dropped[reason]);
      samples.add(unsent, '', now.unsent);
      samples.add(expiry, '', toSeconds(now.certificateNotAfter));
    },
  };
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
