import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFrame, decodeFrame, encodeFrame, FrameFault, openMessage, parseMessage } from './frame-codec.ts';
import { agentFrameSchema, serverFrameSchema } from './frames.ts';
import { inflatedBytes, messageBytes, seriesPerBatch } from './limits.ts';

const agentTypes = new Set(['hello', 'heartbeat', 'inventory', 'samples', 'request']);
const decode = (message: string | Uint8Array): unknown => decodeFrame(agentFrameSchema, agentTypes, message);

const heartbeat = { type: 'heartbeat', seq: 1, at: 1000, engine: { reachable: true } };

test('short messages are text, long ones deflated, and both are read again', () => {
  expect(encodeFrame(heartbeat)).toBe(JSON.stringify(heartbeat));
  expect(decode(encodeFrame(heartbeat))).toEqual(heartbeat);
  const long = { ...heartbeat, engine: { reachable: false, error: 'x'.repeat(1024) } };
  const message = encodeFrame(long);
  expect(message).toBeInstanceOf(Uint8Array);
  expect(message.length).toBeLessThan(200);
  expect(decode(message)).toEqual(long);
});

test('whatever is written is read again', () => {
  const frame = fc.record({
    type: fc.constant('samples' as const),
    seq: fc.integer({ min: 1 }),
    batch: fc.integer({ min: 1 }),
    at: fc.integer({ min: 0, max: 8.64e15 }),
    labels: fc.array(fc.tuple(fc.nat(), fc.string({ unit: 'grapheme', maxLength: 200 }))),
    families: fc.array(
      fc.array(fc.tuple(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }))).map((samples) => ({
        name: 'a_metric',
        refs: samples.map(([ref]) => ref),
        // JSON has one zero.
        values: samples.map(([, value]) => value + 0),
      })),
    ),
  });
  const property = fc.property(frame, (one) => {
    expect(decode(encodeFrame(one))).toEqual(JSON.parse(JSON.stringify(one)));
  });
  expect(() => fc.assert(property)).not.toThrow();
});

test('more than is known is left alone: fields and types of a newer side', () => {
  expect(decode(JSON.stringify({ ...heartbeat, mood: 'good', engine: { reachable: true, colour: 1 } }))).toEqual(
    heartbeat,
  );
  expect(decode(JSON.stringify({ type: 'news', seq: 2 }))).toBeUndefined();
  const reply = { type: 'stored', batch: 1, when: 'now' };
  expect(decodeFrame(serverFrameSchema, new Set(['stored']), JSON.stringify(reply))).toEqual({
    type: 'stored',
    batch: 1,
  });
});

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['a text', '"heartbeat"'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no type', '{"seq":1}'],
  ['a type that is no text', '{"type":1}'],
  ['a missing field', '{"type":"heartbeat","seq":1,"at":1}'],
  ['a negative number', JSON.stringify({ ...heartbeat, seq: -1 })],
  ['a number without end', '{"type":"heartbeat","seq":1,"at":1e999,"engine":{"reachable":true}}'],
  ['no deflate', Buffer.from('rubbish')],
  ['nothing deflated', new Uint8Array()],
])('%s is a fault', (_, message) => {
  expect(() => decode(message)).toThrow(FrameFault);
});

test('what is past the limits is a fault, before it takes the memory', () => {
  expect(() => decode('x'.repeat(messageBytes + 1))).toThrow('too large');
  expect(() => decode(new Uint8Array(messageBytes + 1))).toThrow('too large');
  const bomb = deflateRawSync(Buffer.alloc(inflatedBytes + 1, 0x20));
  expect(bomb.length).toBeLessThan(messageBytes);
  const before = process.memoryUsage().rss;
  expect(() => decode(bomb)).toThrow('too large');
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  expect(openMessage(deflateRawSync(Buffer.alloc(inflatedBytes, 0x20)))).toHaveLength(inflatedBytes);
});

test('many levels of nothing are read, or a fault', () => {
  const deep = `{"type":"news","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(decode(deep)).toBeUndefined();
  expect(() => decode(`{"type":"heartbeat","engine":${'['.repeat(100_000)}`)).toThrow(FrameFault);
});

test('whatever comes, it is a frame, nothing known, or a fault', () => {
  const message = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array({ maxLength: 500 }),
    fc.json().map((text) => deflateRawSync(text)),
    fc
      .tuple(
        fc.constantFrom(...agentTypes, 'news', '__proto__', 'constructor'),
        fc.dictionary(fc.string(), fc.jsonValue()),
      )
      .map(([type, rest]) => JSON.stringify({ ...rest, type })),
  );
  const property = fc.property(message, (one) => {
    try {
      const frame = decode(one);
      if (frame !== undefined) expect(agentTypes.has((frame as { type: string }).type)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(FrameFault);
    }
  });
  expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow();
});

test('the steps by themselves', () => {
  const input = parseMessage(openMessage(JSON.stringify(heartbeat)));
  expect(input.type).toBe('heartbeat');
  expect(checkFrame(agentFrameSchema, agentTypes, input)).toEqual(heartbeat);
  expect(checkFrame(agentFrameSchema, new Set(['hello']), input)).toBeUndefined();
});

test('a message that would be hundreds of megabytes when parsed is not parsed', () => {
  const bombs = [
    '['.repeat(5e6) + ']'.repeat(5e6),
    `[${'{},'.repeat(3e6)}1]`,
    '{"a":'.repeat(1e6) + '1' + '}'.repeat(1e6),
  ];
  for (const bomb of bombs) {
    const message = deflateRawSync(`{"type":"heartbeat","a":${bomb}}`);
    expect(() => decode(message)).toThrow(new FrameFault('a message has too many parts'));
  }
});

test('the largest batch is read, whatever is in its texts', () => {
  const text = String.raw`a="{["\"`;
  const labels = Array.from({ length: seriesPerBatch }, () => [1, text]);
  const ones = labels.map(() => 1);
  const families = [{ name: 'a_metric', refs: ones, values: ones }];
  const batch = { type: 'samples', seq: 1, batch: 1, at: 1, labels, families };
  expect(decode(deflateRawSync(JSON.stringify(batch), { level: 1 }))).toEqual(batch);
});
