import { expect, test } from 'vitest';
import { buildInfo } from '../../base/build-info.ts';
import { factsAfter, type Beat, type HeardFacts } from './beat-facts.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1);
const intervalMs = 15_000;

/** The beat that comes so many milliseconds after the first, in good health. */
function beatAt(ms: number, more: Partial<Beat> = {}, heartbeat: Partial<Beat['heartbeat']> = {}): Beat {
  return {
    heartbeat: { type: 'heartbeat', seq: 2, at: start + ms, engine: { reachable: true }, ...heartbeat },
    heardAt: start + ms,
    monotonicAt: 1000 + ms,
    roundTrip: undefined,
    agentVersion: buildInfo.version,
    certificateNotBefore: start - dayMs,
    certificateNotAfter: start + 89 * dayMs,
    ...more,
  };
}

function after(...beats: Beat[]): HeardFacts['facts'] {
  let heard: HeardFacts | undefined;
  for (const beat of beats) heard = factsAfter(heard, beat, intervalMs);
  if (heard === undefined) throw new Error('no beats');
  return heard.facts;
}

test('the first good heartbeat is enough, and they are counted', () => {
  expect(after(beatAt(0))).toMatchObject({ goodBeats: 1, wasBad: false });
  expect(after(beatAt(0), beatAt(15_000), beatAt(30_000))).toMatchObject({ goodBeats: 3, wasBad: false });
});

test('late by more than two and a half intervals is bad', () => {
  expect(after(beatAt(0), beatAt(2.5 * intervalMs))).toMatchObject({ goodBeats: 2, wasBad: false });
  expect(after(beatAt(0), beatAt(2.5 * intervalMs + 1))).toMatchObject({ goodBeats: 0, wasBad: true });
});

test('two good heartbeats end what was bad', () => {
  const away = beatAt(0, {}, { engine: { reachable: false } });
  expect(after(away)).toMatchObject({ goodBeats: 0, wasBad: true, engineReachable: false });
  expect(after(away, beatAt(15_000))).toMatchObject({ goodBeats: 1, wasBad: true });
  expect(after(away, beatAt(15_000), beatAt(30_000))).toMatchObject({ goodBeats: 2, wasBad: false });
  expect(after(beatAt(-15_000), away, beatAt(15_000))).toMatchObject({ goodBeats: 1, wasBad: true });
});

test.each([
  ['ahead', { at: start + 5001 }, 5.001],
  ['behind', { at: start - 5001 }, -5.001],
])('a clock that is more than five seconds %s is bad', (_, heartbeat, skew) => {
  expect(after(beatAt(0, {}, heartbeat))).toMatchObject({ wasBad: true, clockSkewSeconds: skew });
  expect(after(beatAt(0, {}, { at: start + Math.sign(skew) * 5000 }))).toMatchObject({ wasBad: false });
});

test("half of the way there and back is taken off the clock's distance", () => {
  const facts = after(beatAt(0, { roundTrip: 0.4 }, { at: start - 200 }));
  expect(facts.clockSkewSeconds).toBeCloseTo(0, 6);
});

test('a certificate that ends soon is bad: within fourteen days, or a part of its life', () => {
  const ends = (life: number, left: number): boolean =>
    after(beatAt(0, { certificateNotBefore: start + left - life, certificateNotAfter: start + left })).wasBad;
  expect(ends(90 * dayMs, 14.1 * dayMs)).toBe(false);
  expect(ends(90 * dayMs, 13.9 * dayMs)).toBe(true);
  // When it is due for renewal, a third before its end, nothing is wrong yet.
  expect(ends(60_000, 19_000)).toBe(false);
  expect(ends(60_000, 10_000)).toBe(true);
});

test('what an agent says of itself is kept within bounds', () => {
  const dropped = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`reason-${at}`, at]));
  expect(Object.keys(after(beatAt(0, {}, { dropped })).droppedByAgent)).toHaveLength(20);
});
