import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerWith } from '../support/fake-engine.ts';
import { idOf } from '../support/recorded-answers.ts';
import { waitFor } from '../support/wait-for.ts';
import { failures, memoryRise, startPair } from './faulty-engine.ts';

test('garbage between events is counted, and events still count', async () => {
  await using pair = await startPair({ set: 'docker-20.10-cgroup2' });
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  const id = idOf(engine.answers, 'fx-io');
  engine.answers.inspects.set(id, '{"RestartCount":7,"State":{"Status":"running"}}');
  engine.emitRaw('\n\0\n{"Type":"container"}\n[[[\n');
  engine.emit({ Type: 'container', Action: 'restart', Actor: { ID: id } });
  await sleep(100);
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('container_restart_count', { container_name: 'fx-io' })).toBe(7);
  expect(failures(exposition, 'events', 'invalid')).toBe(3);
  expect(engine.count('inspect')).toBe(17);
  expect(engine.count('events')).toBe(1);
});

test('a line without an end is given up, and the stream begun anew', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  const line = 'x'.repeat(1024 * 1024);
  const rise = await memoryRise(tallyman.pid, async () => {
    for (let i = 0; i < 50 && engine.followers() > 0; i += 1) {
      engine.emitRaw(line);
      await sleep(5);
    }
  });
  await waitFor('the stream to be given up', () => engine.followers() === 0);
  expect(rise).toBeLessThan(64);
  const { exposition } = await tallyman.scrape();
  expect(failures(exposition, 'events', 'too_large')).toBe(1);
  expect(exposition.find('container_info')).toHaveLength(16);
  await waitFor('the events to be followed again', () => engine.followers() === 1);
});

test('a stream that ends at once each time makes every scrape ask, and is tried once a scrape', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['events'] }, answerWith(200, ''));
  engine.endEvents();
  await waitFor('the stream to end', () => engine.followers() === 0);
  const before = engine.count('events');
  for (let i = 0; i < 3; i += 1) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_start_time_seconds')).toHaveLength(15);
    await sleep(50);
  }
  expect(engine.count('events') - before).toBe(3);
  expect(engine.count('inspect')).toBe(48);
});

test('a flood of events does not keep scrapes from being answered', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const id = idOf(engine.answers, 'fx-io');
  const lines = `${JSON.stringify({ Type: 'container', Action: 'exec_start: probe', Actor: { ID: id } })}\n`.repeat(
    2000,
  );
  const timer = setInterval(() => engine.emitRaw(lines), 20);
  for (let i = 0; i < 5; i += 1) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  }
  clearInterval(timer);
});
