import { createCounter, createHistogram, type Instrument } from '../../metrics/instruments.ts';
import { labelText, type LabelText } from '../../metrics/labels.ts';
import { defineMetric } from '../../metrics/metric.ts';
import type { Samples } from '../../metrics/samples.ts';
import type { ServerCounters } from '../server-counters.ts';

const counter = { type: 'counter', when: 'always, once there is one' } as const;

const apiRequests = defineMetric({
  ...counter,
  name: 'dockmesh_api_requests_total',
  labels: ['method', 'path', 'status'],
  help: "Requests this server has answered; path is the route's pattern.",
  source: 'the HTTP API',
  contract: true,
});
const roundTrips = defineMetric({
  name: 'dockmesh_agent_rtt_seconds',
  type: 'histogram',
  when: 'hosts that have been connected to this server',
  labels: ['host'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  help: "Round trip of a ping over the agent's connection.",
  source: 'WebSocket ping and pong',
  contract: true,
});
const received = defineMetric({
  ...counter,
  name: 'tallyman_agent_samples_received_total',
  when: 'always',
  labels: ['late'],
  help: 'Samples of agents that this server has stored; late ones were taken while the agent was apart.',
  source: 'the connections of agents',
});
const dropped = defineMetric({
  ...counter,
  name: 'tallyman_agent_samples_dropped_total',
  labels: ['reason'],
  help: 'Samples of agents that were given up for good, by reason.',
  source: 'the connections of agents and the store',
});
const refusals = defineMetric({
  ...counter,
  name: 'tallyman_agent_refusals_total',
  labels: ['reason'],
  help: 'What of agents, or of who claims to be one, this server has turned away.',
  source: 'the listener for agents',
});
const uncounted = defineMetric({
  ...counter,
  name: 'tallyman_metric_label_sets_refused_total',
  when: 'always',
  labels: ['family'],
  help: 'Events that were not counted since the family has as many label sets already as it may have.',
  source: 'this process',
});

export const counterMetrics = [apiRequests, roundTrips, received, dropped, refusals, uncounted];

/** Label sets of one family at the most: routes times methods times statuses, hosts, reasons. */
const limits = { requests: 2000, hosts: 5000, reasons: 200 } as const;

/** What this process counts, and how it is printed. */
export interface ProcessCounters {
  counters: ServerCounters;
  /** The families of hosts, for the hosts that are wanted. */
  collectOfHosts(samples: Samples, isWanted: (host: string) => boolean): void;
  /** The families of the process as a whole. */
  collectOwn(samples: Samples): void;
}

export function createProcessCounters(): ProcessCounters {
  const requests = createCounter(apiRequests, limits.requests);
  const trips = createHistogram(roundTrips, limits.hosts);
  const samplesIn = createCounter(received, 2);
  const samplesOut = createCounter(dropped, limits.reasons);
  const refused = createCounter(refusals, limits.reasons);
  const hostOf = new Map<LabelText, string>();
  const bounded: readonly (readonly [string, Instrument])[] = [
    [apiRequests.name, requests],
    [roundTrips.name, trips],
    [dropped.name, samplesOut],
    [refusals.name, refused],
  ];
  for (const late of ['false', 'true']) samplesIn.add(labelText([['late', late]]), 0);

  return {
    counters: {
      apiRequest(method, path, status) {
        requests.add(labelText([['method', method], ['path', path], ['status', String(status)]])); // prettier-ignore
      },
      roundTrip(host, seconds) {
        const labels = labelText([['host', host]]);
        trips.observe(labels, seconds);
        if (hostOf.size < limits.hosts) hostOf.set(labels, host);
      },
      samplesReceived: (count, late) => samplesIn.add(labelText([['late', String(late)]]), count),
      samplesDropped: (count, reason) => samplesOut.add(labelText([['reason', reason]]), count),
      refused: (reason) => refused.add(labelText([['reason', reason]])),
      forgetHost(host) {
        const labels = labelText([['host', host]]);
        trips.forget(labels);
        hostOf.delete(labels);
      },
    },
    collectOfHosts(samples, isWanted) {
      trips.collect(samples, (labels) => isWanted(hostOf.get(labels) ?? ''));
    },
    collectOwn(samples) {
      for (const instrument of [requests, samplesIn, samplesOut, refused]) instrument.collect(samples);
      for (const [family, instrument] of bounded) {
        samples.add(uncounted, labelText([['family', family]]), instrument.refused());
      }
    },
  };
}
