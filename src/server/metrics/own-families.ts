import { buildInfo } from '../../base/build-info.ts';
import { labelText } from '../../metrics/labels.ts';
import { defineMetric } from '../../metrics/metric.ts';
import type { Samples } from '../../metrics/samples.ts';

const gauge = { type: 'gauge', when: 'always' } as const;

const auditEntries = defineMetric({
  name: 'dockmesh_audit_log_entries_total',
  type: 'counter',
  when: 'always, once there is one',
  labels: ['action'],
  help: 'Entries of the audit log by action, those that retention has removed too.',
  source: 'the audit log',
  contract: true,
});
const build = defineMetric({
  ...gauge,
  name: 'tallyman_build_info',
  labels: ['build_date', 'commit', 'version'],
  help: "Tallyman's build as labels; always 1.",
  source: 'the build',
});
const storeUp = defineMetric({
  ...gauge,
  name: 'tallyman_store_up',
  help: 'Whether the database answered this scrape; without it only what this process knows of itself is printed.',
  source: 'the queries of this scrape',
});
const leader = defineMetric({
  ...gauge,
  name: 'tallyman_leader',
  help: 'Whether this server is the one that evaluates schedules and states at present.',
  source: 'the lease in the database',
});
const connections = defineMetric({
  ...gauge,
  name: 'tallyman_agent_connections',
  help: 'Agents that are connected to this server.',
  source: 'the listener for agents',
});
const auditValid = defineMetric({
  ...gauge,
  name: 'tallyman_audit_chain_valid',
  when: 'always, once it was looked at',
  help: 'Whether the chain of the audit log was whole when this server last looked at all of it.',
  source: 'the check at start and every hour',
});
const auditHead = defineMetric({
  ...gauge,
  name: 'tallyman_audit_head_number',
  when: 'always, if the database answered',
  help: 'Number of the newest entry of the audit log.',
  source: "the signed head of the audit log's chain",
});
const serverExpiry = defineMetric({
  ...gauge,
  name: 'tallyman_server_certificate_expiry_timestamp_seconds',
  help: "Unix time at which the certificate of the agents' listener ends; it renews by itself.",
  source: 'notAfter of the certificate',
});
const authorityExpiry = defineMetric({
  ...gauge,
  name: 'tallyman_ca_certificate_expiry_timestamp_seconds',
  help: "Unix time at which the certificate of the fleet's own CA ends.",
  source: 'notAfter of the certificate',
});

export const ownMetrics = [
  auditEntries,
  build,
  storeUp,
  leader,
  connections,
  auditValid,
  auditHead,
  serverExpiry,
  authorityExpiry,
];

/** What the server's other parts know of themselves, asked at each scrape; undefined where it is not known. */
export interface ServerFacts {
  isLeader(): boolean;
  /** Of the last look at the whole audit log. */
  isAuditValid(): boolean | undefined;
  /** Agents connected to this process. */
  connections(): number;
  /** When certificates end, Unix milliseconds. */
  serverCertificateEnd(): number | undefined;
  authorityEnd(): number | undefined;
}

/** What the database said of the audit log. */
export interface AuditNumbers {
  counts: ReadonlyMap<string, number>;
  head: number;
}

/** Whether the database answered: printed for everybody, so that missing hosts can be told from an outage. */
export function collectStoreUp(isUp: boolean, samples: Samples): void {
  samples.add(storeUp, '', Number(isUp));
}

export function collectAudit({ counts, head }: AuditNumbers, samples: Samples): void {
  for (const [action, count] of counts) samples.add(auditEntries, labelText([['action', action]]), count);
  samples.add(auditHead, '', head);
}

export function collectFacts(facts: ServerFacts, samples: Samples): void {
  const { buildDate, commit, version } = buildInfo;
  samples.add(build, labelText([['build_date', buildDate], ['commit', commit], ['version', version]]), 1); // prettier-ignore
  samples.add(leader, '', Number(facts.isLeader()));
  samples.add(connections, '', facts.connections());
  const isValid = facts.isAuditValid();
  samples.add(auditValid, '', isValid === undefined ? undefined : Number(isValid));
  samples.add(serverExpiry, '', toSeconds(facts.serverCertificateEnd()));
  samples.add(authorityExpiry, '', toSeconds(facts.authorityEnd()));
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
