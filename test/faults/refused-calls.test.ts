import { expect, test } from 'vitest';
import { forbid, type FakeCall } from '../support/fake-engine.ts';
import { engineFamilies, errors, startPair } from './faulty-engine.ts';

const ofStats = /^container_(memory|cpu|network|fs|pids)_/;
const limits = ['spec_cpu_limit_cores', 'spec_memory_limit_bytes'];
const ofInspect = ['start_time_seconds', 'uptime_seconds', 'restart_count', 'oom_killed', ...limits].map(
  (name) => `container_${name}`,
);

/** What goes missing when a call is forbidden. */
const needs: Readonly<Record<Exclude<FakeCall, 'unknown'>, (family: string) => boolean>> = {
  ping: () => false,
  version: () => false,
  events: () => false,
  list: () => true,
  stats: (family) => ofStats.test(family),
  inspect: (family) => ofInspect.includes(family),
  images: (family) => family === 'docker_images_total',
  volumes: (family) => family === 'docker_volumes_total',
  networks: (family) => family === 'docker_networks_total',
};

test.each(Object.keys(needs) as (keyof typeof needs)[])(
  '%s forbidden: only what needs it goes missing',
  async (call) => {
    await using pair = await startPair({ settled: false });
    const { engine, tallyman } = pair;
    const whole = await tallyman.scrape();
    const families = engineFamilies(whole.exposition);
    engine.misbehave({ calls: [call] }, forbid);
    // What comes back may be another engine, or have another proxy before it: everything is asked again.
    await engine.stop();
    await tallyman.scrape();
    await engine.start();

    for (let i = 0; i < 3; i += 1) {
      const { exposition } = await tallyman.scrape();
      expect(exposition.value('exporter_up')).toBe(call === 'list' ? 0 : 1);
      expect(engineFamilies(exposition).toSorted()).toEqual(
        families.filter((family) => !needs[call](family)).toSorted(),
      );
      const refused = exposition.find('exporter_engine_call_refused').filter(({ value }) => value === 1);
      expect(refused.map(({ labels }) => labels['call'])).toEqual([call]);
      expect(errors(exposition, 'system')).toBe(0);
    }
    const told = tallyman.logs().filter(({ msg }) => msg.includes('refuses a call'));
    expect(told).toEqual([expect.objectContaining({ level: 'warn', call })]);
  },
);

test('a proxy that allows containers and nothing else', async () => {
  await using pair = await startPair({ settled: false });
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['ping', 'version', 'events', 'images', 'volumes', 'networks'] }, forbid);
  await engine.stop();
  await engine.start();
  for (let i = 0; i < 3; i += 1) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
    expect(exposition.find('container_start_time_seconds')).toHaveLength(15);
    expect([errors(exposition, 'container'), errors(exposition, 'system')]).toEqual([0, 0]);
  }
  expect((await tallyman.get('/ready')).status).toBe(200);
});

test('a call that is allowed again is found out when the engine comes back', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['volumes'] }, forbid);
  expect((await tallyman.scrape()).exposition.families.has('docker_volumes_total')).toBe(false);
  engine.behave();
  await engine.stop();
  await engine.start();
  await tallyman.scrape();
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('docker_volumes_total')).toBe(1);
  expect(exposition.value('exporter_engine_call_refused', { call: 'volumes' })).toBe(0);
});
