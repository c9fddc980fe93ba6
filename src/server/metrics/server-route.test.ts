import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseExposition } from '../../../test/support/exposition-parser.ts';
import { hasRequirements } from '../../../test/support/requirements.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { TallymanError } from '../../base/errors.ts';
import type { Store } from '../../store/store.ts';
import { serverMetrics } from './server-metric-list.ts';
import { openMetricsBench, type MetricsBench } from './test-kit/metrics-bench.ts';

/** The families of the fixed contract that exist so far; those of deploys, backups and alerts come with them. */
const contract = {
  dockmesh_hosts_total: ['gauge', 'status'],
  dockmesh_stacks_total: ['gauge', 'host', 'state'],
  dockmesh_containers_total: ['gauge', 'host', 'state'],
  dockmesh_agent_last_seen_seconds: ['gauge', 'host'],
  dockmesh_api_requests_total: ['counter', 'method', 'path', 'status'],
  dockmesh_audit_log_entries_total: ['counter', 'action'],
  dockmesh_agent_rtt_seconds: ['histogram', 'host'],
};
const laterFamilies = [
  'dockmesh_deploy_duration_seconds',
  'dockmesh_backup_last_run_timestamp',
  'dockmesh_backup_last_duration_seconds',
  'dockmesh_alerts_fired_total',
];

/** One host online, one degraded, one offline. */
async function fillFleet(bench: MetricsBench): Promise<void> {
  const [web, db, gone] = [await bench.addHost('web'), await bench.addHost('db'), await bench.addHost('gone')];
  await bench.hear(gone);
  await bench.setInventory(gone, [{ project: 'old' }]);
  bench.clock.advance(100_000);
  await bench.hear(web);
  await bench.hear(db, { engineReachable: false });
  await bench.setInventory(web, [{ project: 'shop' }, { project: 'shop', state: 'exited', exitCode: 1 }, {}]);
  await bench.setInventory(db, []);
  for (const host of ['web', 'db', 'gone']) bench.metrics.counters.roundTrip(host, 0.003);
  bench.clock.advance(2000);
}

test('the contract is declared as it says, and nothing of it that is to come', () => {
  const declared = serverMetrics
    .filter(({ contract }) => contract)
    .map(({ name, type, labels }) => [name, [type, ...labels]] as const);
  expect(Object.fromEntries(declared)).toEqual(contract);
  expect(serverMetrics.filter(({ name }) => laterFamilies.includes(name))).toEqual([]);
  expect(new Set(serverMetrics.map(({ name }) => name)).size).toBe(serverMetrics.length);
  expect(serverMetrics.find(({ name }) => name === 'dockmesh_agent_rtt_seconds')?.buckets).toEqual([
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  ]);
});

/** Where the contract is kept, beside the checkouts of those who work on it; not everybody has that. */
const original = new URL('../../../../shared/contract/fleet.yaml', import.meta.url);

test.skipIf(!existsSync(original))('the contract is what is kept beside the checkout', () => {
  const { families } = parse(readFileSync(original, 'utf8')) as {
    families: { name: string; type: string; labels: string[] }[];
  };
  const kept = families.map(({ name, type, labels }) => [name, [type, ...labels]] as const);
  expect(Object.fromEntries(kept.filter(([name]) => !laterFamilies.includes(name)))).toEqual(contract);
  expect(kept.map(([name]) => name).filter((name) => !Object.hasOwn(contract, name))).toEqual(laterFamilies);
});

test('a fleet without hosts still has all three statuses', async () => {
  await using bench = await openMetricsBench();
  const page = await bench.scrape('/metrics');
  for (const status of ['online', 'degraded', 'offline']) {
    expect(page.value('dockmesh_hosts_total', { status })).toBe(0);
  }
  expect(page.find('dockmesh_containers_total')).toEqual([]);
  expect(page.value('tallyman_store_up')).toBe(1);
});

test('hosts, stacks and containers by state; an offline host keeps its last seen alone', async () => {
  await using bench = await openMetricsBench();
  await fillFleet(bench);
  const page = await bench.scrape('/metrics');
  const value = (name: string, labels: Record<string, string>): number | undefined => page.value(name, labels);
  expect(value('dockmesh_hosts_total', { status: 'online' })).toBe(1);
  expect(value('dockmesh_hosts_total', { status: 'degraded' })).toBe(1);
  expect(value('dockmesh_hosts_total', { status: 'offline' })).toBe(1);
  expect(value('dockmesh_containers_total', { host: 'web', state: 'running' })).toBe(2);
  expect(value('dockmesh_containers_total', { host: 'web', state: 'exited' })).toBe(1);
  expect(value('dockmesh_containers_total', { host: 'web', state: 'dead' })).toBe(0);
  expect(page.find('dockmesh_containers_total', { host: 'db' }).map((sample) => sample.value)).toEqual(
    Array.from({ length: 7 }, () => 0),
  );
  expect(value('dockmesh_stacks_total', { host: 'web', state: 'partial' })).toBe(1);
  expect(page.find('dockmesh_stacks_total', { host: 'web' })).toHaveLength(5);
  expect(value('dockmesh_agent_last_seen_seconds', { host: 'web' })).toBe(2);
  expect(value('dockmesh_agent_last_seen_seconds', { host: 'gone' })).toBe(102);
  expect(value('tallyman_host_degraded_reasons', { host: 'db', reason: 'engine_unreachable' })).toBe(1);
  expect(value('tallyman_host_degraded_reasons', { host: 'db', reason: 'clock_skew' })).toBe(0);
  expect(value('tallyman_host_clock_skew_seconds', { host: 'web' })).toBe(0.25);
  expect(value('tallyman_host_certificate_expiry_timestamp_seconds', { host: 'web' })).toBe(4_000_000_000);
  for (const name of ['dockmesh_containers_total', 'dockmesh_stacks_total', 'tallyman_host_clock_skew_seconds']) {
    expect(page.find(name, { host: 'gone' })).toEqual([]);
  }
});

test('requests, round trips, samples, refusals and the audit log are counted', async () => {
  await using bench = await openMetricsBench();
  const { counters } = bench.metrics;
  await bench.addHost('web');
  counters.roundTrip('web', 0.002);
  counters.roundTrip('web', 4);
  counters.roundTrip('removed', 1);
  counters.samplesReceived(45, false);
  counters.samplesReceived(5, true);
  counters.samplesDropped(3, 'too_old');
  counters.refused('token_expired');
  await bench.store.transaction((tables) =>
    tables.audit.append({ actor: 'local', action: 'host.create', target: 'host:web', detail: {} }),
  );
  await bench.get('/metrics');
  await bench.get('/nowhere');
  const page = await bench.scrape('/metrics');
  expect(page.value('dockmesh_api_requests_total', { method: 'GET', path: '/metrics', status: '200' })).toBe(1);
  expect(page.value('dockmesh_api_requests_total', { path: 'unmatched', status: '404' })).toBe(1);
  expect(page.value('dockmesh_agent_rtt_seconds_bucket', { host: 'web', le: '0.0025' })).toBe(1);
  expect(page.value('dockmesh_agent_rtt_seconds_bucket', { host: 'web', le: '5' })).toBe(2);
  expect(page.value('dockmesh_agent_rtt_seconds_sum', { host: 'web' })).toBeCloseTo(4.002);
  expect(page.find('dockmesh_agent_rtt_seconds_count', { host: 'removed' })).toEqual([]);
  expect(page.value('tallyman_agent_samples_received_total', { late: 'true' })).toBe(5);
  expect(page.value('tallyman_agent_samples_dropped_total', { reason: 'too_old' })).toBe(3);
  expect(page.value('tallyman_agent_refusals_total', { reason: 'token_expired' })).toBe(1);
  expect(page.value('dockmesh_audit_log_entries_total', { action: 'host.create' })).toBe(1);
  expect(page.value('tallyman_audit_head_number')).toBe(1);
  expect(page.value('tallyman_audit_chain_valid')).toBe(1);
  expect(page.value('tallyman_agent_connections')).toBe(2);
  counters.forgetHost('web');
  expect((await bench.scrape('/metrics')).find('dockmesh_agent_rtt_seconds_count')).toEqual([]);
});

test('the process and the runtime, by the names that dashboards know', async () => {
  await using bench = await openMetricsBench();
  const page = await bench.scrape('/metrics');
  expect(page.value('nodejs_version_info', { version: process.version })).toBe(1);
  for (const name of [
    'process_cpu_user_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_external_memory_bytes',
  ]) {
    expect(page.value(name), name).toBeGreaterThan(0);
  }
  expect(page.value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  expect(page.value('nodejs_heap_space_size_used_bytes', { space: 'old' })).toBeGreaterThan(0);
});

test('every family that is served is declared', async () => {
  await using bench = await openMetricsBench();
  await fillFleet(bench);
  const { families } = await bench.scrape('/metrics');
  const declared = new Map(serverMetrics.map((metric) => [metric.name, metric]));
  for (const [name, { type, help, samples }] of families) {
    expect(declared.get(name), name).toMatchObject({ type, help });
    const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].filter((one) => one !== 'le');
    expect(labels, name).toEqual(declared.get(name)?.labels);
  }
});

test('who is limited to hosts sees those alone, in totals too, and nothing of the server', async () => {
  await using bench = await openMetricsBench();
  await fillFleet(bench);
  const page = await bench.scrape('/metrics', ['db', 'unknown']);
  expect(page.value('dockmesh_hosts_total', { status: 'degraded' })).toBe(1);
  expect(page.value('dockmesh_hosts_total', { status: 'online' })).toBe(0);
  expect(page.value('dockmesh_hosts_total', { status: 'offline' })).toBe(0);
  const samples = [...page.families.values()].flatMap((family) => family.samples);
  expect(new Set(samples.flatMap(({ labels }) => labels['host'] ?? []))).toEqual(new Set(['db']));
  const hostless = [...page.families.values()].filter((family) => !('host' in (family.samples[0]?.labels ?? {})));
  expect(hostless.map(({ name }) => name).toSorted()).toEqual(['dockmesh_hosts_total', 'tallyman_store_up']);
  const none = await bench.scrape('/metrics', []);
  expect(none.find('dockmesh_hosts_total').map(({ value }) => value)).toEqual([0, 0, 0]);
  expect(none.find('dockmesh_agent_rtt_seconds_count')).toEqual([]);
});

test('without the database the process still tells of itself', async () => {
  let isDown = false;
  const breakable = (store: Store): Store => ({
    ...store,
    now: () => (isDown ? Promise.reject(new TallymanError('STORE_UNAVAILABLE', 'down')) : store.now()),
  });
  await using bench = await openMetricsBench(breakable);
  await fillFleet(bench);
  isDown = true;
  const page = await bench.scrape('/metrics');
  expect(page.value('tallyman_store_up')).toBe(0);
  expect(page.value('process_start_time_seconds')).toBeGreaterThan(0);
  expect(page.value('dockmesh_agent_rtt_seconds_count', { host: 'web' })).toBe(1);
  expect(page.find('dockmesh_hosts_total')).toEqual([]);
  const limited = await bench.scrape('/metrics', ['web']);
  expect(limited.find('dockmesh_agent_rtt_seconds_count').map(({ labels }) => labels)).toEqual([{ host: 'web' }]);
  expect(limited.find('process_start_time_seconds')).toEqual([]);
  isDown = false;
  expect((await bench.scrape('/metrics')).value('tallyman_store_up')).toBe(1);
});

test('a database that does not answer costs a scrape its time and no more', async () => {
  const silent = (store: Store): Store => ({ ...store, audit: { ...store.audit, head: () => new Promise(() => {}) } });
  await using bench = await openMetricsBench(silent);
  const headers = { 'x-prometheus-scrape-timeout-seconds': '0.2' };
  const response = await bench.get('/metrics', { headers });
  expect(parseExposition(await response.text(), 'prometheus').value('tallyman_store_up')).toBe(0);
});

describe('formats', () => {
  test('OpenMetrics tells the same, and it is compressed for who likes it', async () => {
    await using bench = await openMetricsBench();
    await fillFleet(bench);
    const plain = await bench.scrape('/metrics');
    const headers = { accept: 'application/openmetrics-text; version=1.0.0', 'accept-encoding': 'gzip' };
    const response = await bench.get('/metrics', { headers });
    expect(response.headers.get('content-type')).toMatch('application/openmetrics-text; version=1.0.0');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const open = parseExposition(gunzipSync(await response.arrayBuffer()).toString('utf8'), 'openmetrics');
    for (const [name, { type, help }] of plain.families) {
      const family = open.families.get(type === 'counter' ? name.slice(0, -'_total'.length) : name);
      expect(family, name).toMatchObject({ type, help });
    }
    expect(open.value('dockmesh_agent_rtt_seconds_bucket', { host: 'web', le: '1.0' })).toBe(1);
  });

  test.skipIf(!hasRequirements('promtool'))(
    'promtool has nothing to say but of the names of the contract',
    async () => {
      await using bench = await openMetricsBench();
      await fillFleet(bench);
      await bench.store.transaction((tables) =>
        tables.audit.append({ actor: 'local', action: 'host.create', target: 'host:web', detail: {} }),
      );
      bench.metrics.counters.samplesDropped(1, 'too_old');
      bench.metrics.counters.refused('token_expired');
      const input = await (await bench.get('/metrics')).text();
      const { stderr } = await runCommand('promtool', ['check', 'metrics'], { input, accept: [0, 3] });
      expect(stderr.trim().split('\n').toSorted()).toEqual([
        'dockmesh_containers_total non-counter metrics should not have "_total" suffix',
        'dockmesh_hosts_total non-counter metrics should not have "_total" suffix',
        'dockmesh_stacks_total non-counter metrics should not have "_total" suffix',
      ]);
    },
  );
});
