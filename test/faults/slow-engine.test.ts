import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drip, hang } from '../support/fake-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { duration, engineFamilies, errors, failures, reachabilityLines, startPair } from './faulty-engine.ts';

/** A busy machine may be late for once; what is wrong is late each time. */
const timed = { retry: 2 };

const waits = (seconds: string): Record<string, string> => ({ 'X-Prometheus-Scrape-Timeout-Seconds': seconds });

test('an engine that takes every call and answers none', timed, async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({}, hang);
  const scrape = tallyman.scrape(waits('2'));
  expect((await tallyman.get('/ready', { timeoutMs: 1000 })).status).toBe(503);
  expect((await tallyman.get('/health', { timeoutMs: 1000 })).status).toBe(200);
  const taken = await duration(async () => {
    const { exposition } = await scrape;
    expect(exposition.value('exporter_up')).toBe(0);
    expect(engineFamilies(exposition)).toEqual([]);
    expect(failures(exposition, 'list', 'timeout')).toBe(1);
    expect(errors(exposition, 'container')).toBe(1);
  });
  expect(taken).toBeLessThan(2000);
  expect((await tallyman.get('/ready')).status).toBe(503);

  engine.behave();
  expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
  await waitFor('readiness', async () => (await tallyman.get('/ready')).status === 200, { withinMs: 8000 });
});

test('half a second before Prometheus gives up, the scrape ends', timed, async () => {
  await using pair = await startPair();
  pair.engine.misbehave({ calls: ['list'] }, hang);
  for (const [seconds, least, most] of [
    ['0.6', 290, 600],
    ['1', 490, 1000],
    ['2', 1490, 2000],
  ] as const) {
    const taken = await duration(() => pair.tallyman.scrape(waits(seconds)));
    expect([seconds, taken >= least, taken < most]).toEqual([seconds, true, true]);
  }
});

test('the configured time limits it where Prometheus says nothing usable, or more', timed, async () => {
  await using pair = await startPair({ env: { COLLECTION_TIMEOUT: '300ms' } });
  pair.engine.misbehave({ calls: ['list'] }, hang);
  for (const header of [{}, ...['', '0', '-5', 'soon', '1e9', '10s', 'NaN', '100', '9'.repeat(300)].map(waits)]) {
    const taken = await duration(() => pair.tallyman.scrape(header));
    expect([header, taken >= 290 && taken < 2000]).toEqual([header, true]);
  }
});

test('one container that hangs costs its own numbers', timed, async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['stats'], container: 'fx-io' }, hang);
  const taken = await duration(async () => {
    const { exposition } = await tallyman.scrape(waits('1.5'));
    expect(exposition.value('exporter_up')).toBe(1);
    const seen = exposition.find('container_memory_usage_bytes').map(({ labels }) => labels['container_name']);
    expect(seen).toHaveLength(11);
    expect(seen).not.toContain('fx-io');
    expect(exposition.find('container_info', { container_name: 'fx-io' })).toHaveLength(1);
    expect(errors(exposition, 'container')).toBe(1);
    expect(failures(exposition, 'stats', 'timeout')).toBe(1);
  });
  expect(taken).toBeLessThan(1500);
});

test('an answer that comes byte by byte ends with the scrape', timed, async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['list'] }, drip(5));
  const taken = await duration(async () => {
    const { exposition } = await tallyman.scrape(waits('1'));
    expect(exposition.value('exporter_up')).toBe(0);
    expect(failures(exposition, 'list', 'timeout')).toBe(1);
  });
  expect(taken).toBeLessThan(1000);
});

test('scrapes at the same time share one collection, each with its own deadline', timed, async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['list'] }, (response, body) => {
    setTimeout(() => response.end(body), 1200);
  });
  const hasty = duration(() => tallyman.scrape(waits('1')));
  await sleep(50);
  const others = Array.from({ length: 20 }, () => tallyman.scrape(waits('10')));
  expect(await hasty).toBeLessThan(1000);
  for (const { exposition } of await Promise.all(others)) expect(exposition.value('exporter_up')).toBe(1);
  expect(engine.count('list')).toBe(1);
  expect(engine.count('stats')).toBe(12);
});

test('an engine that answers pings and hangs with its list is told of once', timed, async () => {
  await using pair = await startPair({ env: { COLLECTION_TIMEOUT: '200ms' } });
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['list'] }, hang);
  for (let i = 0; i < 3; i += 1) {
    await tallyman.scrape();
    await sleep(1050);
    await tallyman.get('/ready');
  }
  expect(reachabilityLines(tallyman).map(({ level }) => level)).toEqual(['info', 'warn']);
});
