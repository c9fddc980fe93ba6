import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFakeEngine, hang } from '../support/fake-engine.ts';
import { loadRecordedAnswers } from '../support/recorded-answers.ts';
import { startTallyman } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { engineFamilies, errors, expectSound, failures, reachabilityLines, startPair } from './faulty-engine.ts';

test('an engine that is not there at the start, and comes later', async () => {
  await using engine = createFakeEngine(loadRecordedAnswers('docker-28.5-cgroup2'));
  await using tallyman = await startTallyman({ env: { DOCKER_HOST: engine.dockerHost } });
  for (const n of [1, 2, 3]) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_up')).toBe(0);
    expect(engineFamilies(exposition)).toEqual([]);
    expect(errors(exposition, 'container')).toBe(n);
  }
  expect((await tallyman.get('/ready')).status).toBe(503);
  expect(reachabilityLines(tallyman)).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: expect.stringMatching(/^no Docker Engine at unix:.*no such socket/) as string,
    }),
  ]);

  await engine.start();
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('exporter_up')).toBe(1);
  expect(exposition.find('container_info')).toHaveLength(16);
  await waitFor('readiness', async () => (await tallyman.get('/ready')).status === 200, { withinMs: 3000 });
  expect(reachabilityLines(tallyman).slice(1)).toEqual([
    expect.objectContaining({ level: 'info', msg: 'the engine answers', engine: engine.dockerHost, version: '28.5.2' }),
  ]);
  await expectSound(tallyman);
});

test('readiness alone notices an engine that comes', async () => {
  await using engine = createFakeEngine(loadRecordedAnswers('docker-28.5-cgroup2'));
  await using tallyman = await startTallyman({ env: { DOCKER_HOST: engine.dockerHost } });
  expect((await tallyman.get('/ready')).status).toBe(503);
  await engine.start();
  await waitFor('readiness', async () => (await tallyman.get('/ready')).status === 200, { withinMs: 3000 });
  expect(reachabilityLines(tallyman).map(({ level }) => level)).toEqual(['warn', 'info']);
});

test.each(['unix', 'tcp'] as const)('an engine that goes and comes again, on %s', async (on) => {
  await using pair = await startPair({ on });
  const { engine, tallyman } = pair;
  const before = await tallyman.scrape();
  for (let round = 1; round <= 2; round += 1) {
    await engine.stop();
    const without = await tallyman.scrape();
    expect(without.exposition.value('exporter_up')).toBe(0);
    expect(engineFamilies(without.exposition)).toEqual([]);
    await engine.start();
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_up')).toBe(1);
    expect(engineFamilies(exposition)).toEqual(engineFamilies(before.exposition));
    expect(exposition.find('container_info')).toHaveLength(16);
    await waitFor('the events to be followed again', () => engine.followers() === 1);
  }
  expect(reachabilityLines(tallyman).map(({ level }) => level)).toEqual(['info', 'warn', 'info', 'warn', 'info']);
});

test('an engine that ends in the middle of a scrape', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['stats'] }, hang);
  const scrape = tallyman.scrape();
  await waitFor('the statistics to be asked for', () => engine.count('stats') === 12);
  await engine.stop();
  const { exposition } = await scrape;
  // The list had been answered: what was known then is served, without a number for what was lost.
  expect(exposition.value('exporter_up')).toBe(1);
  expect(exposition.find('container_info')).toHaveLength(16);
  expect(exposition.find('container_memory_usage_bytes')).toEqual([]);
  expect(errors(exposition, 'container')).toBe(12);
  expect(failures(exposition, 'stats', 'connection')).toBe(12);

  engine.behave();
  await engine.start();
  const after = await tallyman.scrape();
  expect(after.exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  expect(errors(after.exposition, 'container')).toBe(12);
});

test('an engine that restarts while it is scraped all the time', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const stopped = new AbortController();
  const scrapers = Array.from({ length: 4 }, async () => {
    let count = 0;
    for (; !stopped.signal.aborted; count += 1) await tallyman.scrape();
    return count;
  });
  for (let i = 0; i < 5; i += 1) {
    await sleep(100);
    await engine.stop();
    await sleep(50);
    await engine.start();
  }
  stopped.abort();
  for (const count of await Promise.all(scrapers)) expect(count).toBeGreaterThan(1);
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('exporter_up')).toBe(1);
  expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
});
