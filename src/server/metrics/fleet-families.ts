import { labelText } from '../../metrics/labels.ts';
import { defineMetric } from '../../metrics/metric.ts';
import type { Samples } from '../../metrics/samples.ts';
import { inventoryContainerSchema } from '../../protocol/frames.ts';
import { stackStates, type HostStatus, type HostView, type StackView } from '../fleet/fleet.ts';
import { degradedReasons } from '../fleet/host-status.ts';

const gauge = { type: 'gauge', when: 'always' } as const;
const ofHosts = { ...gauge, when: 'hosts that are not offline' } as const;

const hostsTotal = defineMetric({
  ...gauge,
  name: 'dockmesh_hosts_total',
  labels: ['status'],
  help: 'Hosts by status: online, degraded or offline.',
  source: 'docs/fleet-status.md',
  contract: true,
});
const stacksTotal = defineMetric({
  ...ofHosts,
  name: 'dockmesh_stacks_total',
  when: 'hosts that are not offline and have sent their inventory',
  labels: ['host', 'state'],
  help: 'Stacks (compose projects) of a host by state.',
  source: 'docs/fleet-status.md',
  contract: true,
});
const containersTotal = defineMetric({
  ...ofHosts,
  name: 'dockmesh_containers_total',
  when: 'hosts that are not offline and have sent their inventory',
  labels: ['host', 'state'],
  help: 'Containers of a host by state.',
  source: "the agent's inventory",
  contract: true,
});
const lastSeen = defineMetric({
  ...gauge,
  name: 'dockmesh_agent_last_seen_seconds',
  when: 'hosts that were ever heard',
  labels: ['host'],
  help: "Time since the agent's last heartbeat, as of the scrape.",
  source: 'heartbeats, by the clock of the database',
  contract: true,
});
const reasonsInForce = defineMetric({
  ...ofHosts,
  name: 'tallyman_host_degraded_reasons',
  labels: ['host', 'reason'],
  help: 'Whether the host is degraded for the reason: 1 where it is, 0 for the others.',
  source: 'docs/fleet-status.md',
});
const agentInfo = defineMetric({
  ...gauge,
  name: 'tallyman_host_agent_info',
  when: 'hosts that have joined',
  labels: ['host', 'version'],
  help: "The version of the host's agent as a label; always 1.",
  source: "the agent's hello",
});
const clockSkew = defineMetric({
  ...ofHosts,
  name: 'tallyman_host_clock_skew_seconds',
  labels: ['host'],
  help: "How far the host's clock is ahead of the server's; negative where it is behind.",
  source: 'heartbeats, corrected by half the round trip',
});
const certificateExpiry = defineMetric({
  ...gauge,
  name: 'tallyman_host_certificate_expiry_timestamp_seconds',
  when: 'hosts that have joined',
  labels: ['host'],
  help: "Unix time at which the agent's certificate ends; agents renew at two thirds of its life.",
  source: 'notAfter of the certificate',
});

export const fleetMetrics = [
  hostsTotal,
  stacksTotal,
  containersTotal,
  lastSeen,
  reasonsInForce,
  agentInfo,
  clockSkew,
  certificateExpiry,
];

const statuses = ['online', 'degraded', 'offline'] as const satisfies readonly HostStatus[];
const containerStates = inventoryContainerSchema.shape.state.options;

/** The families of hosts, of those hosts alone that are given: totals count no others. */
export function collectFleet(hosts: readonly HostView[], stacks: readonly StackView[], samples: Samples): void {
  const byStatus = countBy(hosts.map(({ status }) => status));
  for (const status of statuses) samples.add(hostsTotal, labelText([['status', status]]), byStatus.get(status) ?? 0);
  const stacksOfHost = Map.groupBy(stacks, ({ host }) => host);
  for (const host of hosts) {
    const { name, containers } = host;
    const label = labelText([['host', name]]);
    samples.add(lastSeen, label, host.lastSeenSeconds);
    if (host.joined && host.agentVersion !== '') {
      samples.add(agentInfo, labelText([['host', name], ['version', host.agentVersion]]), 1); // prettier-ignore
    }
    samples.add(clockSkew, label, host.clockSkewSeconds);
    samples.add(certificateExpiry, label, toSeconds(host.certificateNotAfter));
    if (host.status === 'offline') continue;
    const reasons = new Set(host.reasons.map(({ code }) => code));
    for (const reason of degradedReasons) {
      samples.add(reasonsInForce, labelText([['host', name], ['reason', reason]]), Number(reasons.has(reason))); // prettier-ignore
    }
    if (containers === undefined) continue;
    const byState = countBy((stacksOfHost.get(name) ?? []).map(({ state }) => state));
    for (const state of stackStates) {
      samples.add(stacksTotal, labelText([['host', name], ['state', state]]), byState.get(state) ?? 0); // prettier-ignore
    }
    const containersByState = countBy(containers.map(({ state }) => state));
    for (const state of containerStates) {
      samples.add(containersTotal, labelText([['host', name], ['state', state]]), containersByState.get(state) ?? 0); // prettier-ignore
    }
  }
}

function countBy<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
