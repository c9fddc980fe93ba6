import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createCallRecord } from './call-record.ts';
import type { DockerClient } from './client.ts';
import { createEngineEvents } from './engine-events.ts';
import type { EngineEvent } from './schemas.ts';

/** Events over streams that the test writes to; `clock` is what the engine says of its own. */
function create(clock?: number): {
  events: ReturnType<typeof createEngineEvents>;
  record: ReturnType<typeof createCallRecord>;
  streams: PassThrough[];
  since: (number | undefined)[];
  heard: EngineEvent[];
  at: { now: number };
  lost: () => number;
} {
  const streams: PassThrough[] = [];
  const since: (number | undefined)[] = [];
  const heard: EngineEvent[] = [];
  const at = { now: 0 };
  let lost = 0;
  const record = createCallRecord(() => at.now);
  const client = {
    engine: () => ({ clock }),
    events: (_: unknown, from: number | undefined) => {
      const stream = new PassThrough();
      streams.push(stream);
      since.push(from);
      return Promise.resolve(stream as unknown as IncomingMessage);
    },
  } as unknown as DockerClient;
  const events = createEngineEvents({
    client,
    record,
    log: silentLog(),
    monotonic: () => at.now,
    onEvent: (event) => heard.push(event),
    onLost: () => (lost += 1),
  });
  return { events, record, streams, since, heard, at, lost: () => lost };
}

const failures = (record: ReturnType<typeof createCallRecord>): string[] =>
  [...record.failures()].map(({ call, reason, count }) => `${call} ${reason} ${String(count)}`);

test('events come in however the bytes are cut', async () => {
  const { events, streams, heard } = create();
  events.ensure();
  await sleep(1);
  const event = { Type: 'container', Action: 'health_status: healthy', Actor: { ID: 'ä' } };
  const bytes = Buffer.from(`${JSON.stringify(event)}\n${JSON.stringify({ ...event, Actor: null })}\n\n`);
  for (const byte of bytes) streams[0]?.write(Buffer.of(byte));
  await sleep(10);
  expect(heard).toEqual([event, { ...event, Actor: null }]);
});

test('what is no event is counted, and the stream goes on', async () => {
  const { events, streams, heard, record, lost } = create();
  events.ensure();
  await sleep(1);
  streams[0]?.write('garbage\n[]\n{"Type":1}\n\n{"Type":"image","Action":"pull"}\n');
  await sleep(10);
  expect(heard).toEqual([{ Type: 'image', Action: 'pull' }]);
  expect(failures(record)).toEqual(['events invalid 3']);
  expect(lost()).toBe(0);
});

test('a line without an end is given up', async () => {
  const { events, streams, record, lost } = create();
  events.ensure();
  await sleep(1);
  for (let i = 0; i < 20; i += 1) streams[0]?.write('x'.repeat(64 * 1024));
  await sleep(20);
  expect(streams[0]?.destroyed).toBe(true);
  expect(failures(record)).toEqual(['events too_large 1']);
  expect(lost()).toBe(1);
});

test('it connects once, and after an end again at the next call', async () => {
  const { events, streams, lost } = create();
  for (let i = 0; i < 3; i += 1) events.ensure();
  await sleep(1);
  expect(streams).toHaveLength(1);
  streams[0]?.end();
  await sleep(5);
  expect([streams.length, lost()]).toEqual([1, 1]);
  events.ensure();
  await sleep(1);
  expect(streams).toHaveLength(2);
});

test("with the engine's clock nothing is missed since the stream was asked for", async () => {
  const { events, since, at } = create(1000);
  at.now = 50;
  events.ensure();
  expect(events.coveredSince(50)).toBe(false);
  await sleep(1);
  expect(since).toEqual([999]);
  expect([events.coveredSince(49), events.coveredSince(50)]).toEqual([false, true]);
});

test('without it, only what is asked a moment after the headers is covered, and nothing once the stream has ended', async () => {
  const { events, since, streams, at } = create();
  at.now = 50;
  events.ensure();
  await sleep(1);
  expect(since).toEqual([undefined]);
  expect([events.coveredSince(299), events.coveredSince(300)]).toEqual([false, true]);
  streams[0]?.destroy();
  await sleep(5);
  expect(events.coveredSince(1000)).toBe(false);
});

test('refused events are left alone', async () => {
  const { events, streams, record } = create();
  record.markRefused('events');
  events.ensure();
  await sleep(1);
  expect(streams).toHaveLength(0);
});

test('stopping ends it without calling it lost', async () => {
  const { events, lost } = create();
  events.stop();
  events.ensure();
  await sleep(1);
  events.stop();
  events.stop();
  await sleep(5);
  expect(lost()).toBe(0);
});
