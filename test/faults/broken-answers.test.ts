import { expect, test } from 'vitest';
import { answerWith, flood, halfAnswer, hangUp, type FakeCall, type Reply } from '../support/fake-engine.ts';
import { idOf } from '../support/recorded-answers.ts';
import { engineFamilies, errors, failures, memoryRise, startPair } from './faulty-engine.ts';

const mebibyte = 1024 * 1024;

const brokenReplies: readonly (readonly [reason: string, reply: Reply])[] = [
  ['status', answerWith(500, '{"message":"something is wrong"}')],
  ['truncated', halfAnswer],
  ['connection', hangUp],
  ['invalid_json', answerWith(200, '{"Id":"a",')],
  ['invalid', answerWith(200, '"text"')],
];

test.each(brokenReplies)('%s in answer to everything, then all is well', async (reason, reply) => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const before = await tallyman.scrape();
  engine.misbehave({ calls: ['list', 'stats', 'inspect', 'images', 'volumes', 'networks', 'version'] }, reply);
  for (const n of [1, 2]) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_up')).toBe(0);
    expect(engineFamilies(exposition)).toEqual([]);
    expect(failures(exposition, 'list', reason)).toBe(n);
  }
  engine.behave();
  const { exposition } = await tallyman.scrape();
  expect(engineFamilies(exposition)).toEqual(engineFamilies(before.exposition));
  expect(errors(exposition, 'container')).toBe(2);
});

test.each(brokenReplies)('%s in answer to the statistics of one container', async (reason, reply) => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['stats'], container: 'fx-io' }, reply);
  for (const n of [1, 2]) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_up')).toBe(1);
    expect(exposition.find('container_memory_usage_bytes')).toHaveLength(11);
    expect(exposition.find('container_memory_usage_bytes', { container_name: 'fx-io' })).toEqual([]);
    expect(failures(exposition, 'stats', reason)).toBe(n);
    expect(errors(exposition, 'container')).toBe(n);
  }
  const told = tallyman.logs().filter(({ msg }) => msg.startsWith('could not read the engine'));
  expect(told).toHaveLength(1);
});

test.each(['images', 'volumes', 'networks', 'version'] as const)('a 500 to %s costs that alone', async (call) => {
  await using pair = await startPair({ settled: false });
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: [call] }, answerWith(500, 'no'));
  const { exposition } = await tallyman.scrape();
  expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  const missing = ['docker_images_total', 'docker_volumes_total', 'docker_networks_total'].filter(
    (name) => !exposition.families.has(name),
  );
  expect(missing).toEqual(call === 'version' ? [] : [`docker_${call}_total`]);
  // Without GET /version its headers still say what the engine is.
  expect(exposition.find('docker_engine_info')[0]?.labels['version']).toMatch(/^28\.5\.2/);
  expect(errors(exposition, 'system')).toBe(1);
  expect(errors(exposition, 'container')).toBe(0);
});

test('a container that is removed while it is asked for is no error', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  for (const status of [404, 409]) {
    engine.misbehave({ calls: ['stats', 'inspect'], container: 'fx-io' }, answerWith(status, '{"message":"gone"}'));
    engine.emit({ Type: 'container', Action: 'destroy', Actor: { ID: idOf(engine.answers, 'fx-io') } });
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_memory_usage_bytes', { container_name: 'fx-io' })).toEqual([]);
    expect(exposition.find('container_cpu_usage_seconds_total')).toHaveLength(11);
    expect(errors(exposition, 'container')).toBe(0);
    expect(exposition.find('exporter_engine_call_errors_total')).toEqual([]);
  }
});

test('a container that stops while it is asked for gives no zeros', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const { answers } = engine;
  answers.stats.set(idOf(answers, 'fx-io'), answers.stats.get(idOf(answers, 'fx-exited')) ?? '');
  const { exposition } = await tallyman.scrape();
  for (const name of ['container_cpu_usage_seconds_total', 'container_memory_usage_bytes', 'container_pids_current']) {
    expect(exposition.find(name, { container_name: 'fx-io' })).toEqual([]);
    expect(exposition.find(name)).toHaveLength(11);
  }
  expect(errors(exposition, 'container')).toBe(0);
});

test.each([
  ['its length told before', { chunked: false }],
  ['its length not told', { chunked: true }],
])('a list of 100 MB, %s, is refused and not held', async (_, how) => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  engine.misbehave({ calls: ['list'] }, flood(100_000_000, how));
  const rise = await memoryRise(tallyman.pid, async () => {
    for (const n of [1, 2, 3]) {
      const { exposition } = await tallyman.scrape();
      expect(exposition.value('exporter_up')).toBe(0);
      expect(failures(exposition, 'list', 'too_large')).toBe(n);
    }
  });
  expect(rise).toBeLessThan(96);
  engine.behave();
  expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
});

test('100 MB in answer to everything at one time are not held either', async () => {
  await using pair = await startPair({ set: 'docker-28.5-cgroup1' });
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  const calls: FakeCall[] = ['stats', 'inspect', 'images', 'volumes', 'networks'];
  engine.misbehave({ calls }, flood(100_000_000, { chunked: true }));
  const rise = await memoryRise(tallyman.pid, async () => {
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_up')).toBe(1);
    expect(failures(exposition, 'stats', 'too_large')).toBe(11);
    expect(errors(exposition, 'container')).toBe(11);
  });
  expect(rise).toBeLessThan(192);
});

test('the limit is 32 MiB: a list just under it is read, one just over it is not', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const padded = (bytes: number): Reply => {
    const [first, ...others] = engine.answers.list;
    const list = (filler: number): string => JSON.stringify([{ ...first, Command: 'x'.repeat(filler) }, ...others]);
    return answerWith(200, list(bytes - Buffer.byteLength(list(0))));
  };
  engine.misbehave({ calls: ['list'] }, padded(31 * mebibyte));
  const small = await tallyman.scrape();
  expect(small.exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  engine.misbehave({ calls: ['list'] }, padded(32 * mebibyte));
  expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
  engine.misbehave({ calls: ['list'] }, padded(33 * mebibyte));
  const large = await tallyman.scrape();
  expect(large.exposition.value('exporter_up')).toBe(0);
  expect(failures(large.exposition, 'list', 'too_large')).toBe(1);
});

test('31 MiB of something else than containers', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.misbehave({ calls: ['list'] }, flood(31 * mebibyte, { chunked: true }));
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('exporter_up')).toBe(0);
  expect(failures(exposition, 'list', 'invalid')).toBe(1);
});
