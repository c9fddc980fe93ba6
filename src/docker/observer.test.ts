import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { answerWith, forbid, hang, startFakeEngine, type FakeEngine } from '../../test/support/fake-engine.ts';
import { idOf, loadRecordedAnswers, type RecordedSet } from '../../test/support/recorded-answers.ts';
import { systemClock } from '../base/clock.ts';
import { createCallRecord } from './call-record.ts';
import { createDockerClient } from './client.ts';
import type { Observation, ObservationNeeds, ObservedContainer } from './observation.ts';
import { createObserver, type Observer } from './observer.ts';

const cleanUps: (() => void | PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Watched {
  engine: FakeEngine;
  observer: Observer;
  lines: string[];
  observe: (timeoutMs?: number) => Promise<Observation>;
}

async function watch(
  set: RecordedSet = 'docker-28.5-cgroup2',
  options: { needs?: Partial<ObservationNeeds>; maxConcurrent?: number; exclude?: RegExp[] } = {},
): Promise<Watched> {
  const engine = await startFakeEngine(loadRecordedAnswers(set));
  const lines: string[] = [];
  const record = createCallRecord(() => performance.now());
  const nothing = { names: [], images: [], labels: [] };
  const observer = createObserver({
    client: createDockerClient({ address: { kind: 'unix', socketPath: engine.socketPath ?? '' }, record }),
    record,
    filters: { include: nothing, exclude: { ...nothing, names: options.exclude ?? [] } },
    needs: { stats: true, inspect: true, counts: true, version: true, ...options.needs },
    maxConcurrent: options.maxConcurrent ?? 0,
    clock: systemClock,
    log: pino({ base: null }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) }),
  });
  cleanUps.push(
    () => engine[Symbol.asyncDispose](),
    () => observer.stop(),
  );
  return { engine, observer, lines, observe: (timeoutMs = 5000) => observer.observe(timeoutMs).done };
}

const named = ({ containers }: Observation, name: string): ObservedContainer | undefined =>
  containers.find((container) => container.name === name);

/** Has the observer follow the events already, as it does a moment after its start. */
async function settle({ engine, observer }: Watched): Promise<void> {
  await observer.start(AbortSignal.timeout(1000));
  while (engine.followers() === 0) await sleep(5);
  await sleep(10);
}

test('one list, statistics of what runs, inspect of all', async () => {
  const { engine, observe } = await watch();
  const observation = await observe();
  expect(observation).toMatchObject({
    isListed: true,
    states: { running: 11, paused: 1, stopped: 4 },
    counts: { images: 2, volumes: 1, networks: 5 },
    errors: { container: 0, system: 0 },
  });
  expect([engine.count('list'), engine.count('stats'), engine.count('inspect')]).toEqual([1, 12, 16]);
});

test('while events come, nothing is inspected or counted twice', async () => {
  const watched = await watch('docker-20.10-cgroup2');
  const { engine, observe } = watched;
  await settle(watched);
  const first = await observe();
  const second = await observe();
  expect([engine.count('inspect'), engine.count('images'), engine.count('version')]).toEqual([16, 1, 1]);
  expect(second.containers).toEqual(first.containers);
  expect(second.counts).toEqual(first.counts);
});

test('an event has its container inspected again, and its kind of object counted again', async () => {
  const watched = await watch('docker-20.10-cgroup2');
  const { engine, observe } = watched;
  await settle(watched);
  await observe();
  const id = idOf(engine.answers, 'fx-io');
  engine.answers.inspects.set(id, '{"RestartCount":7}');
  engine.answers.volumes = '{"Volumes":[1,2,3]}';
  engine.emit({ Type: 'container', Action: 'restart', Actor: { ID: id } });
  engine.emit({ Type: 'volume', Action: 'create', Actor: { ID: 'v' } });
  await sleep(20);
  const observation = await observe();
  expect([engine.count('inspect'), engine.count('volumes'), engine.count('images')]).toEqual([17, 2, 1]);
  expect(named(observation, 'fx-io')?.inspect?.RestartCount).toBe(7);
  expect(observation.counts.volumes).toBe(3);
});

test('when the stream ends everything is asked again, and then followed again', async () => {
  const watched = await watch();
  const { engine, observe } = watched;
  await settle(watched);
  await observe();
  engine.endEvents();
  await sleep(20);
  await observe();
  expect([engine.count('inspect'), engine.count('events'), engine.count('version')]).toEqual([32, 2, 2]);
  await sleep(20);
  await observe();
  await observe();
  expect(engine.count('events')).toBe(2);
  expect(engine.count('inspect')).toBeLessThanOrEqual(48);
});

test('where events are forbidden, every observation asks', async () => {
  const { engine, observe } = await watch();
  engine.misbehave({ calls: ['events'] }, forbid);
  for (let i = 0; i < 3; i += 1) await observe();
  expect([engine.count('inspect'), engine.count('images'), engine.count('events')]).toEqual([48, 3, 1]);
});

test('an engine that ticks gets all requests at once, any other at most 64', async () => {
  for (const [set, expected] of [
    ['docker-20.10-cgroup2', 100],
    ['docker-28.5-cgroup2', 64],
  ] as const) {
    const { engine, observe } = await watch(set, { needs: { inspect: false, counts: false, version: false } });
    const [model] = engine.answers.list.filter(({ State }) => State === 'running');
    if (model === undefined) throw new Error('nothing runs');
    engine.answers.list = Array.from({ length: 100 }, (_, n) => ({ ...model, Id: `${model.Id}${String(n)}` }));
    engine.misbehave({ calls: ['stats'] }, hang);
    await observe(1000);
    expect(engine.count('stats')).toBe(expected);
  }
});

test('max_concurrent bounds what is in flight', async () => {
  const { engine, observe } = await watch('docker-20.10-cgroup2', { maxConcurrent: 3 });
  engine.misbehave({ calls: ['stats', 'inspect'] }, hang);
  const observation = await observe(500);
  expect(engine.count('stats') + engine.count('inspect')).toBe(3);
  // Every answer that did not come is an error, those that were never asked for too.
  expect(observation.errors.container).toBe(12 + 16);
});

test('the time ends with what is there, and partial() shows it before', async () => {
  const { engine, observer } = await watch();
  engine.misbehave({ calls: ['stats'], container: 'fx-io' }, hang);
  const running = observer.observe(1000);
  await vi.waitFor(() => expect(named(running.partial(), 'fx-limited')?.stats).toBeDefined());
  expect(named(running.partial(), 'fx-io')?.stats).toBeUndefined();
  const observation = await running.done;
  expect(named(observation, 'fx-io')?.stats).toBeUndefined();
  expect(named(observation, 'fx-io')?.inspect).toBeDefined();
  expect(observation.errors).toEqual({ container: 1, system: 0 });
});

test('it can be given more time', async () => {
  const { engine, observer } = await watch();
  engine.misbehave({ calls: ['list'] }, (response, body) => {
    setTimeout(() => response.end(body), 200);
  });
  const running = observer.observe(100);
  running.extend(2000);
  expect((await running.done).isListed).toBe(true);
});

test('a container that goes between list and its answers is no error', async () => {
  const { engine, observe } = await watch();
  const id = idOf(engine.answers, 'fx-io');
  engine.answers.stats.delete(id);
  engine.answers.inspects.delete(id);
  const observation = await observe();
  expect(observation.errors).toEqual({ container: 0, system: 0 });
  const seen = named(observation, 'fx-io');
  expect([seen?.id, seen?.stats, seen?.inspect]).toEqual([id, undefined, undefined]);
});

test('what is filtered out is counted and not asked for', async () => {
  const { engine, observe } = await watch('docker-28.5-cgroup2', { exclude: [/^fx-[^i]/] });
  const observation = await observe();
  expect(observation.containers.map(({ name }) => name)).toEqual(['fx-io']);
  expect(observation.states).toEqual({ running: 11, paused: 1, stopped: 4 });
  expect([engine.count('stats'), engine.count('inspect')]).toEqual([1, 1]);
});

test('what no collector needs is not asked for', async () => {
  const { engine, observe } = await watch('docker-28.5-cgroup2', {
    needs: { stats: false, inspect: false, counts: false, version: false },
  });
  await observe();
  expect(engine.requests.map(({ call }) => call).filter((call) => call !== 'events')).toEqual(['ping', 'list']);
});

test('the version of the engine is asked for once, whatever its suffix', async () => {
  const watched = await watch();
  const { engine, observe } = watched;
  engine.answers.headers['Server'] = 'Docker/28.5.2-rc.1 (linux)';
  engine.answers.version = '{"Version":"28.5.2-rc.1","Arch":"arm64"}';
  for (let i = 0; i < 3; i += 1) expect((await observe()).engine?.arch).toBe('arm64');
  expect(engine.count('version')).toBe(1);
  engine.answers.headers['Server'] = 'Docker/28.5.3 (linux)';
  await observe();
  await observe();
  expect(engine.count('version')).toBeGreaterThan(1);
});

test('a version that did not come this time comes the next', async () => {
  const { engine, observe } = await watch();
  engine.misbehave({ calls: ['version'] }, answerWith(500, 'no'));
  expect((await observe()).engine).toMatchObject({ version: '28.5.2', arch: '' });
  engine.behave();
  expect((await observe()).engine).toMatchObject({ version: '28.5.2+dfsg4', arch: 'amd64' });
});

test('a fault is told once, and again after all was well', async () => {
  const { engine, observe, lines } = await watch();
  const spoil = (): (() => void) => engine.misbehave({ calls: ['stats'] }, answerWith(500, 'no'));
  const lift = spoil();
  for (let i = 0; i < 3; i += 1) await observe();
  lift();
  await observe();
  spoil();
  await observe();
  const told = 'could not read the engine: stats: HTTP 500: no';
  expect(lines).toEqual(['the engine answers', told, told]);
});
