import { expect, test } from 'vitest';
import { idOf, recordedSets, type RecordedSet } from '../../test/support/recorded-answers.ts';
import { collectRecorded, recordedClock, valuesOf } from '../../test/support/recorded-observation.ts';
import { stateCollector } from './state.ts';

const now = recordedClock.now() / 1000;
const none = undefined;

/** start, uptime, health, restarts, exit code, OOM-killed */
test.each<[RecordedSet, string, (number | undefined)[]]>([
  ['docker-20.10-cgroup1', 'fx-limited', [1795224174.533003649, now - 1795224174.533003649, 0, 0, 0, 0]],
  ['docker-20.10-cgroup1', 'fx-exited', [1795224177.728113138, none, 0, 0, 3, 0]],
  ['docker-28.5-cgroup2', 'fx-created', [none, none, 0, 0, 0, 0]],
  ['docker-28.5-cgroup2', 'fx-paused', [1795225710.132959767, none, 0, 0, 0, 0]],
  ['docker-20.10-cgroup2', 'fx-looping', [1795227382.841387897, none, 0, 9, 1, 0]],
  ['docker-28.5-cgroup1', 'fx-looping', [1795224271.768542213, none, 0, 11, 1, 0]],
  ['docker-28.5-cgroup1', 'fx-oom', [1795224157.373580454, none, 0, 0, 137, 1]],
  ['docker-28.5-cgroup1', 'fx-oomchild', [1795224157.587003065, now - 1795224157.587003065, 0, 0, 0, 1]],
  ['docker-20.10-cgroup1', 'fx-oomchild', [1795224178.660881515, now - 1795224178.660881515, 0, 0, 0, 0]],
])('%s: %s', async (set, container, expected) => {
  const values = valuesOf(await collectRecorded(stateCollector, set), container);
  expect([
    values['container_start_time_seconds'],
    values['container_uptime_seconds'],
    values['container_health_status'],
    values['container_restart_count'],
    values['container_exit_code'],
    values['container_oom_killed'],
  ]).toEqual(expected);
  expect(values['container_last_seen']).toBe(now);
});

test.each(recordedSets)('%s: health, by word and number', async (set) => {
  const exposition = await collectRecorded(stateCollector, set);
  const health = ['fx-limited', 'fx-starting', 'fx-health', 'fx-unhealthy'].map((container_name) => [
    exposition.value('container_health_status', { container_name }),
    exposition.find('container_info', { container_name })[0]?.labels['health_status'],
  ]);
  expect(health).toEqual([[0, 'none'], [1, 'starting'], [2, 'healthy'], [3, 'unhealthy']]); // prettier-ignore
});

test('the info of a container', async () => {
  const exposition = await collectRecorded(stateCollector, 'docker-28.5-cgroup2');
  expect(exposition.find('container_info', { container_name: 'fx-compose-b' })).toEqual([
    {
      name: 'container_info',
      value: 1,
      labels: {
        compose_project: 'shop',
        compose_service: 'db',
        container_name: 'fx-compose-b',
        image: 'bb:1',
        container_id: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
        health_status: 'none',
        started_at: expect.stringMatching(/^2026-11-21T01:5\d:[\d.]+Z$/) as string,
        status: 'running',
      },
    },
  ]);
  const created = exposition.find('container_info', { container_name: 'fx-created' })[0]?.labels;
  expect([created?.['started_at'], created?.['status']]).toEqual(['', 'created']);
  const untagged = exposition.find('container_info', { container_name: 'fx-untagged' })[0]?.labels;
  expect(untagged?.['image']).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('one of the states is 1', async () => {
  const exposition = await collectRecorded(stateCollector, 'docker-28.5-cgroup1');
  for (const [container_name, state] of Object.entries({
    'fx-io': 'running',
    'fx-paused': 'paused',
    'fx-looping': 'restarting',
    'fx-created': 'created',
    'fx-exited': 'exited',
  })) {
    const samples = exposition.find('container_state', { container_name });
    expect(samples).toHaveLength(7);
    expect(samples.filter(({ value }) => value === 1).map(({ labels }) => labels['state'])).toEqual([state]);
  }
});

test('without inspect only what the list says is told', async () => {
  const exposition = await collectRecorded(stateCollector, 'docker-28.5-cgroup2', ({ inspects }) => inspects.clear());
  expect(valuesOf(exposition, 'fx-exited')).toEqual({ container_last_seen: now, container_exit_code: 3 });
  expect(valuesOf(exposition, 'fx-health')).toEqual({ container_last_seen: now, container_health_status: 2 });
  expect(valuesOf(exposition, 'fx-limited')).toEqual({ container_last_seen: now });
  const labels = exposition.find('container_info', { container_name: 'fx-limited' })[0]?.labels;
  expect([labels?.['health_status'], labels?.['started_at']]).toEqual(['', '']);
});

test('a start in the future is no negative uptime', async () => {
  const exposition = await collectRecorded(stateCollector, 'docker-28.5-cgroup2', (answers) => {
    answers.inspects.set(idOf(answers, 'fx-io'), '{"State":{"StartedAt":"2030-01-01T00:00:00Z"}}');
  });
  expect(valuesOf(exposition, 'fx-io')['container_uptime_seconds']).toBe(0);
});
