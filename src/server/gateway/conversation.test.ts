import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Breach } from './breach.ts';
import { createConversation } from './conversation.ts';
import { helloFrame } from './test-kit/test-agent.ts';

const hello = helloFrame('0123456789abcdef');
const beat = { type: 'heartbeat', at: 1, engine: { reachable: true } };
const text = (frame: object): string => JSON.stringify(frame);

function breachOf(work: () => unknown): Pick<Breach, 'refusal' | 'reason'> {
  try {
    work();
  } catch (error) {
    if (error instanceof Breach) return { refusal: error.refusal, reason: error.reason };
    throw error;
  }
  throw new Error('there was no breach');
}

/** A conversation that is open. */
function greeted() {
  const conversation = createConversation();
  conversation.take(text({ seq: 1, ...hello }));
  return conversation;
}

test('a conversation opens with a hello and goes on with numbered messages', () => {
  const conversation = createConversation();
  expect(conversation.phase()).toBe('waiting');
  expect(conversation.take(text({ seq: 1, ...hello }))).toMatchObject({ type: 'hello' });
  expect(conversation.protocol()).toBe(1);
  expect(conversation.take(text({ seq: 2, ...beat }))).toMatchObject({ type: 'heartbeat' });
  expect(conversation.phase()).toBe('open');
});

test.each([
  ['a heartbeat first', { seq: 1, ...beat }, 'forged'],
  ['a number that is not the first', { seq: 2, ...hello }, 'sequence'],
  ['the number zero', { seq: 0, ...hello }, 'replay'],
  ['no number', hello, 'forged'],
  ['no versions', { seq: 1, ...hello, protocol: 1 }, 'forged'],
  ['a wrong boot id', { seq: 1, ...hello, bootId: 'x' }, 'forged'],
])('%s ends it before it opens', (_, frame, refusal) => {
  const conversation = createConversation();
  expect(breachOf(() => conversation.take(text(frame)))).toEqual({ refusal, reason: 'violation' });
  expect(conversation.phase()).toBe('ended');
  expect(breachOf(() => conversation.take(text({ seq: 1, ...hello }))).refusal).toBe('forged');
});

test.each([
  ['a message again', { seq: 1, ...beat }, 'replay'],
  ['a gap', { seq: 3, ...beat }, 'sequence'],
  ['half a number', { seq: 2.5, ...beat }, 'sequence'],
  ['a second hello', { seq: 2, ...hello }, 'forged'],
  ['a heartbeat without an engine', { seq: 2, ...beat, engine: undefined }, 'forged'],
  ['an unknown type sent again', { seq: 1, type: 'news' }, 'replay'],
])('%s ends an open one', (_, frame, refusal) => {
  const conversation = greeted();
  expect(breachOf(() => conversation.take(text(frame)))).toEqual({ refusal, reason: 'violation' });
});

test('types that a newer agent may send count, and are left alone', () => {
  const conversation = greeted();
  expect(conversation.take(text({ seq: 2, type: 'news', of: 'tomorrow' }))).toBeUndefined();
  expect(conversation.take(text({ type: 'unnumbered' }))).toBeUndefined();
  expect(conversation.take(text({ seq: 3, ...beat }))).toMatchObject({ type: 'heartbeat' });
});

test.each([
  [{ oldest: 1, newest: 1 }, 1],
  [{ oldest: 1, newest: 7 }, 1],
  [{ oldest: 2, newest: 3 }, undefined],
])('of the versions %j the newest common one is spoken', (protocol, chosen) => {
  const conversation = createConversation();
  // What else a hello of such a version says is its own business.
  const frame = text(chosen === undefined ? { seq: 1, type: 'hello', protocol } : { seq: 1, ...hello, protocol });
  if (chosen === undefined) {
    expect(breachOf(() => conversation.take(frame))).toEqual({ refusal: 'version', reason: 'version' });
  } else conversation.take(frame);
  expect(conversation.protocol()).toBe(chosen);
});

test('whatever is sent, it is taken, left alone or a breach', () => {
  const frame = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        type: fc.constantFrom('hello', 'heartbeat', 'inventory', 'samples', 'request', 'news', '__proto__'),
        seq: fc.oneof(fc.constantFrom(1, 2, 3), fc.double(), fc.jsonValue()),
        at: fc.oneof(fc.double(), fc.jsonValue()),
        containers: fc.jsonValue(),
        engine: fc.jsonValue(),
        protocol: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  const property = fc.property(fc.boolean(), fc.array(frame, { maxLength: 6 }), (isOpen, frames) => {
    const conversation = isOpen ? greeted() : createConversation();
    for (const one of frames) {
      try {
        const taken = conversation.take(one);
        expect(['object', 'undefined']).toContain(typeof taken);
      } catch (error) {
        expect(error).toBeInstanceOf(Breach);
        expect(conversation.phase()).toBe('ended');
      }
    }
  });
  expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
});
