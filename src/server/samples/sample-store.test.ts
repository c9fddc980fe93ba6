import { afterEach, expect, test } from 'vitest';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { TallymanError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { createSampleStore, type SampleStore } from './sample-store.ts';

const log = silentLog();
const host = { id: 'id-of-a', name: 'a' };
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Clock {
  now(): number;
  monotonic(): number;
  advance(ms: number): void;
}

function createClock(): Clock {
  let now = 1_800_000_000_000;
  return { now: () => now, monotonic: () => now, advance: (ms) => void (now += ms) };
}

async function open(clock: Clock): Promise<Store> {
  const folder = createTempFolder();
  const store = await openStore({ data: folder.path, database: '', role: 'server', secret: undefined, log, clock });
  ends.push(async () => {
    await store.close();
    folder.remove();
  });
  for (const name of ['a', 'b']) await store.hosts.create({ id: `id-of-${name}`, name, agentUrl: '' });
  return store;
}

interface Part {
  samples: SampleStore;
  counted: string[];
}

function create(store: Pick<Store, 'kind' | 'now' | 'batches'>, clock: Clock, instanceId = 'i1'): Part {
  const counted: string[] = [];
  const counters = {
    samplesReceived: (count: number, late: boolean) =>
      void counted.push(`received ${String(count)}${late ? ' late' : ''}`),
    samplesDropped: (count: number, reason: string) => void counted.push(`dropped ${String(count)} ${reason}`),
    refused: (reason: string) => void counted.push(`refused ${reason}`),
  };
  const samples = createSampleStore({ store, counters, instanceId, clock, log, gatherMs: 0, pollMs: 20 });
  ends.push(() => samples.stop());
  return { samples, counted };
}

/** Two servers on one database, each with its own idea of the time. */
function shared(store: Store, clock: Clock): Pick<Store, 'kind' | 'now' | 'batches'> {
  return { kind: 'postgres', now: () => Promise.resolve(clock.now()), batches: store.batches };
}

const origin = (number: number, isLate = false) => ({ bootId: 'ab'.repeat(8), number, isLate });
const batch = (at: number, value: number) => ({
  at,
  families: [{ name: 'container_pids_current', labels: ['container_name="web"'], values: [value] }],
});
const held = ({ samples }: Part, id = host.id): unknown => {
  const current = samples.current().get(id);
  return current && [current.at, current.families.get('container_pids_current')?.values[0]];
};

test('a batch is stored before it is acknowledged, is current at once, and stored once only', async () => {
  const clock = createClock();
  const store = await open(clock);
  const part = create(store, clock);
  await part.samples.start();
  expect(await part.samples.receive(host, origin(1), batch(clock.now() - 10, 1))).toBe('stored');
  expect(await store.batches.lastId()).toBe(1);
  expect(held(part)).toEqual([clock.now() - 10, 1]);
  expect(await part.samples.receive(host, origin(1), batch(clock.now() - 10, 1))).toBe('duplicate');
  expect(part.counted).toEqual(['received 1']);
  part.samples.forget(host.id);
  expect(held(part)).toBeUndefined();
});

test('what is late, older, too old or from the future never replaces what is current', async () => {
  const clock = createClock();
  const part = create(await open(clock), clock);
  const { samples } = part;
  const now = clock.now();
  await samples.receive(host, origin(1), batch(now - 61_000, 0));
  expect(held(part)).toBeUndefined();
  await samples.receive(host, origin(2, true), batch(now - 1000, 1));
  expect(held(part)).toBeUndefined();
  await samples.receive(host, origin(3), batch(now - 5000.4, 2));
  await samples.receive(host, origin(4), batch(now - 6000, 3));
  await samples.receive(host, origin(5, true), batch(now, 4));
  expect(held(part)).toEqual([now - 5000, 2]);
  await samples.receive(host, origin(6), batch(now + 3_600_000, 5));
  expect(held(part)).toEqual([now, 5]);
  clock.advance(1);
  await samples.receive(host, origin(7), batch(now + 1, 6));
  expect(held(part)).toEqual([now + 1, 6]);
  expect(part.counted).toEqual(['received 1', 'received 1 late', ...Array<string>(2).fill('received 1'), 'received 1 late', 'received 1', 'received 1']); // prettier-ignore
  clock.advance(60_000);
  expect(samples.current().size).toBe(0);
});

test('a start loads what is current, and leaves what is old, late or broken', async () => {
  const clock = createClock();
  const store = await open(clock);
  const before = create(store, clock, 'earlier');
  await before.samples.receive(host, origin(1), batch(clock.now() - 30_000, 1));
  await before.samples.receive(host, origin(2), batch(clock.now() - 1000, 2));
  await before.samples.receive({ id: 'id-of-b', name: 'b' }, origin(1), batch(clock.now() - 50_000, 3));
  clock.advance(10_000);
  const after = create(store, clock);
  await after.samples.start();
  expect(held(after)).toEqual([clock.now() - 11_000, 2]);
  expect(held(after, 'id-of-b')).toBeUndefined();
  const row = { hostId: host.id, ...origin(9), at: clock.now(), instanceId: 'x', data: Buffer.from('?') };
  await store.batches.add([row]);
  const broken = create(store, clock);
  await broken.samples.start();
  expect(held(broken)).toBeUndefined();
  expect(broken.counted).toEqual(['dropped 1 unreadable']);
});

test('several servers on one database know what any of them was given', async () => {
  const clock = createClock();
  const store = await open(clock);
  const wrong = { ...clock, now: () => clock.now() - 3_600_000 };
  const one = create(shared(store, clock), clock, 'one');
  const two = create(shared(store, clock), wrong, 'two');
  await one.samples.start();
  await two.samples.start();
  await one.samples.receive(host, origin(1), batch(clock.now(), 1));
  await two.samples.receive({ id: 'id-of-b', name: 'b' }, origin(1), batch(clock.now(), 2));
  for (const part of [one, two]) {
    await waitFor('both hosts at both servers', () => held(part) !== undefined && held(part, 'id-of-b') !== undefined);
    expect(held(part)).toEqual([clock.now(), 1]);
    expect(held(part, 'id-of-b')).toEqual([clock.now(), 2]);
  }
  // The host goes over to the other server, and more comes at once than is read at once.
  const many = Array.from({ length: 450 }, (_, i) =>
    two.samples.receive(host, origin(10 + i, true), batch(clock.now() - 90_000, i)),
  );
  await Promise.all(many);
  clock.advance(1000);
  await two.samples.receive(host, origin(2), batch(clock.now(), 7));
  await waitFor('the newest at the first server', () => JSON.stringify(held(one)) === JSON.stringify([clock.now(), 7]));
  expect(one.counted).toEqual(['received 1']);
});

test('a database that is away: agents are told, nothing is current, and it goes on later', async () => {
  const clock = createClock();
  const store = await open(clock);
  let isAway = true;
  const batches = {
    ...store.batches,
    add: (rows: Parameters<Store['batches']['add']>[0]) =>
      isAway ? Promise.reject(new TallymanError('STORE_UNAVAILABLE', 'away')) : store.batches.add(rows),
  };
  const part = create({ kind: 'sqlite', now: () => store.now(), batches }, clock);
  await expect(part.samples.receive(host, origin(1), batch(clock.now(), 1))).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  expect(held(part)).toBeUndefined();
  expect(part.counted).toEqual([]);
  isAway = false;
  expect(await part.samples.receive(host, origin(1), batch(clock.now(), 1))).toBe('stored');
  expect(held(part)).toEqual([clock.now(), 1]);
});

test('more than may wait is refused while the database is slow, and all that was taken is stored', async () => {
  const clock = createClock();
  const store = await open(clock);
  const slow = Promise.withResolvers<void>();
  const batches = {
    ...store.batches,
    add: async (rows: Parameters<Store['batches']['add']>[0]) => {
      await slow.promise;
      return store.batches.add(rows);
    },
  };
  const part = create({ kind: 'sqlite', now: () => store.now(), batches }, clock);
  const taken = Array.from({ length: 2000 }, (_, i) =>
    part.samples.receive(host, origin(i + 1), batch(clock.now(), i)),
  );
  await expect(part.samples.receive(host, origin(9999), batch(clock.now(), 1))).rejects.toMatchObject({
    code: 'SAMPLES_QUEUE_FULL',
  });
  expect(part.counted).toEqual(['refused samples_queue_full']);
  slow.resolve();
  expect(new Set(await Promise.all(taken))).toEqual(new Set(['stored']));
  expect(await store.batches.lastId()).toBe(2000);
  expect(await part.samples.receive(host, origin(9999), batch(clock.now(), 1))).toBe('stored');
});

test('at a stop each batch is either stored or given back, and nothing more is taken', async () => {
  const clock = createClock();
  const store = await open(clock);
  const part = create(store, clock);
  const sent = Array.from({ length: 50 }, (_, i) => part.samples.receive(host, origin(i + 1), batch(clock.now(), i)));
  const outcomes = Promise.allSettled(sent);
  await Promise.all([part.samples.stop(), part.samples.stop()]);
  const stored = (await outcomes).flatMap(({ status }, i) => (status === 'fulfilled' ? [i + 1] : []));
  const rows = await store.batches.ofHost(host.id, 0, clock.now(), 100);
  expect(rows.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(stored);
  await expect(part.samples.receive(host, origin(99), batch(clock.now(), 1))).rejects.toMatchObject({
    code: 'SAMPLES_STOPPED',
  });
});
