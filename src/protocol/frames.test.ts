import { expect, test } from 'vitest';
import { closeCodes } from './close-codes.ts';
import { agentFrameSchema, protocolVersions, samplesSchema, serverFrameSchema } from './frames.ts';
import { messageBytes, inflatedBytes, seriesPerBatch } from './limits.ts';

const samples = { type: 'samples', seq: 1, batch: 1, at: 0, labels: [], families: [] };

test('a batch has as many values as label sets', () => {
  const family = (refs: number[], values: number[]) =>
    samplesSchema.safeParse({ ...samples, families: [{ name: 'x', refs, values }] }).success;
  expect(family([1, 2], [1, 2])).toBe(true);
  expect(family([1, 2], [1])).toBe(false);
  expect(family([-1], [1])).toBe(false);
  expect(family([0.5], [1])).toBe(false);
  expect(family([1], [Number.NaN])).toBe(false);
});

test('what an older agent leaves out has its meaning', () => {
  const container = { id: 'a', name: 'b', image: 'c', state: 'running' };
  const inventory = agentFrameSchema.parse({ type: 'inventory', seq: 1, at: 1, containers: [container] });
  expect(inventory).toMatchObject({ containers: [{ ...container, health: 'none' }] });
});

test('every message has a bound', () => {
  const tooLong = 'x'.repeat(messageBytes);
  for (const frame of [
    { type: 'hello', seq: 1, protocol: { oldest: 1, newest: 1 }, version: tooLong, bootId: '0'.repeat(16), at: 1 },
    { type: 'heartbeat', seq: 1, at: 1, engine: { reachable: true, error: tooLong } },
    { type: 'request', seq: 1, id: 1, method: 'renew', csr: tooLong },
    { ...samples, labels: [[1, tooLong]] },
    { ...samples, families: [{ name: tooLong, refs: [], values: [] }] },
  ]) {
    expect(agentFrameSchema.safeParse(frame).success, frame.type).toBe(false);
  }
  expect(inflatedBytes).toBeGreaterThan(seriesPerBatch * 2 * '123456.789,'.length);
});

test('versions and reasons are in order', () => {
  expect(protocolVersions.oldest).toBeLessThanOrEqual(protocolVersions.newest);
  const codes = Object.values(closeCodes);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code >= 4000 && code <= 4999).toBe(true);
  expect(serverFrameSchema.options.map((option) => option.shape.type.value)).toContain('welcome');
});
