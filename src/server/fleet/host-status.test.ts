import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { degradedReasons, hostStatus, offlineReasons, type StatusInput } from './host-status.ts';
import type { PresenceFacts } from './presence-facts.ts';

const day = 86_400_000;
const now = 1_800_000_000_000;
const good: PresenceFacts = {
  engineReachable: true,
  agentVersion: '1.4.0',
  clockSkewSeconds: 0,
  certificateNotBefore: now - 60 * day,
  certificateNotAfter: now + 60 * day,
  goodBeats: 9,
  wasBad: false,
  waitingBatches: 0,
  droppedByAgent: {},
};

function input(change: Partial<StatusInput> = {}): StatusInput {
  const heard = { at: now - 5000, facts: good };
  return { now, heartbeatMs: 15_000, serverVersion: '1.4.0', hasJoined: true, heard, ...change };
}

function told(change: Partial<StatusInput>): string[] {
  const { status, reasons } = hostStatus(input(change));
  return [status, ...reasons.map(({ code }) => code)];
}

const heard = (at: number, facts: Partial<PresenceFacts> = {}): Partial<StatusInput> => ({
  heard: { at: now - at, facts: { ...good, ...facts } },
});

test.each<[string, Partial<StatusInput>, string[]]>([
  ['heard just now', heard(0), ['online']],
  ['never joined', { hasJoined: false }, ['offline', 'never_joined']],
  ['joined, and not heard by a server that lives', { heard: undefined }, ['offline', 'not_heard_yet']],
  ['connected, before its first heartbeat', { heard: { at: 0, facts: good } }, ['offline', 'not_heard_yet']],
  ['heard 2.5 intervals ago', heard(37_500), ['online']],
  ['heard 2.5 of its own intervals ago', heard(5000, { heartbeatMs: 2000 }), ['online']],
  ['heard longer ago than that', heard(5001, { heartbeatMs: 2000 }), ['degraded', 'heartbeats_missed']],
  ['heard longer ago than that', heard(37_501), ['degraded', 'heartbeats_missed']],
  ['heard not quite a minute ago', heard(59_999), ['degraded', 'heartbeats_missed']],
  ['heard a minute ago', heard(60_000), ['offline', 'not_heard']],
  ['heard in the future, by a clock that was set', heard(-60_000), ['online']],
  ['with long intervals', { ...heard(59_000), heartbeatMs: 30_000 }, ['online']],
  ['with short intervals', { ...heard(300), heartbeatMs: 100 }, ['degraded', 'heartbeats_missed']],
  ['engine does not answer', heard(0, { engineReachable: false }), ['degraded', 'engine_unreachable']],
  ['clock 5 s off', heard(0, { clockSkewSeconds: -5 }), ['online']],
  ['clock more than 5 s ahead', heard(0, { clockSkewSeconds: 5.01 }), ['degraded', 'clock_skew']],
  ['clock more than 5 s behind', heard(0, { clockSkewSeconds: -5.01 }), ['degraded', 'clock_skew']],
  [
    'certificate for 14 days more',
    heard(0, { certificateNotAfter: now + 14 * day }),
    ['degraded', 'certificate_expires'],
  ],
  ['certificate for longer than 14 days', heard(0, { certificateNotAfter: now + 14 * day + 1 }), ['online']],
  ['certificate over', heard(0, { certificateNotAfter: now - 1 }), ['degraded', 'certificate_expires']],
  [
    'a third left of a short certificate: it is renewed just now',
    heard(0, { certificateNotBefore: now - 40 * 60_000, certificateNotAfter: now + 20 * 60_000 }),
    ['online'],
  ],
  [
    'a quarter left of a short certificate',
    heard(0, { certificateNotBefore: now - 45 * 60_000, certificateNotAfter: now + 15 * 60_000 }),
    ['degraded', 'certificate_expires'],
  ],
  ['two releases behind', heard(0, { agentVersion: '1.2.0' }), ['degraded', 'agent_too_old']],
  ['no good heartbeat since a bad one', heard(0, { wasBad: true, goodBeats: 0 }), ['degraded', 'recovering']],
  ['one good heartbeat since', heard(0, { wasBad: true, goodBeats: 1 }), ['degraded', 'recovering']],
  ['two good heartbeats since', heard(0, { wasBad: true, goodBeats: 2 }), ['online']],
  ['a first heartbeat that was good', heard(0, { goodBeats: 1 }), ['online']],
  ['facts that cannot be read', { heard: { at: now, facts: undefined } }, ['degraded', 'facts_unreadable']],
  [
    'everything at once',
    heard(50_000, {
      engineReachable: false,
      clockSkewSeconds: 60,
      certificateNotAfter: now,
      agentVersion: '0.1.0',
      wasBad: true,
      goodBeats: 0,
    }),
    ['degraded', 'engine_unreachable', 'heartbeats_missed', 'clock_skew', 'certificate_expires', 'agent_too_old'],
  ],
])('%s', (_, change, expected) => {
  expect(told(change)).toEqual(expected);
});

test('the words say what the matter is', () => {
  const { reasons } = hostStatus(
    input(heard(40_000, { engineReachable: false, engineError: 'connect ECONNREFUSED', clockSkewSeconds: -7.25 })),
  );
  expect(reasons.map(({ text }) => text)).toEqual([
    'the Docker Engine does not answer the agent: connect ECONNREFUSED',
    'the last heartbeat was 40 s ago, one is due every 15 s',
    "the host's clock is 7.3 s behind",
  ]);
});

describe('whatever is known', () => {
  const facts = fc.record({
    engineReachable: fc.boolean(),
    agentVersion: fc.oneof(fc.constantFrom('1.4.0', '1.1.0'), fc.string()),
    clockSkewSeconds: fc.double({ noNaN: true }),
    certificateNotBefore: fc.option(fc.double({ noNaN: true })),
    certificateNotAfter: fc.double({ noNaN: true }),
    goodBeats: fc.integer(),
    wasBad: fc.boolean(),
    waitingBatches: fc.nat(),
    droppedByAgent: fc.constant({}),
  });
  const anything = fc.record({
    now: fc.nat({ max: 2 ** 45 }),
    heartbeatMs: fc.integer({ min: 10, max: 3_600_000 }),
    serverVersion: fc.constant('1.4.0'),
    hasJoined: fc.boolean(),
    heard: fc.option(fc.record({ at: fc.nat({ max: 2 ** 45 }), facts: fc.option(facts, { nil: undefined }) }), {
      nil: undefined,
    }),
  });

  test('there are reasons exactly where a host is not online, each once, and of its status', () => {
    const property = fc.property(anything, (known) => {
      const { status, reasons } = hostStatus(known);
      const codes = reasons.map(({ code }) => code);
      expect(new Set(codes).size).toBe(codes.length);
      if (status === 'online') expect(codes).toEqual([]);
      else expect(codes.length).toBeGreaterThan(0);
      const possible: readonly string[] = status === 'offline' ? offlineReasons : degradedReasons;
      for (const code of codes) expect(possible).toContain(code);
      if (status === 'offline') expect(codes).toHaveLength(1);
    });
    fc.assert(property);
  });

  test('time alone never makes a host better', () => {
    const rank = { online: 0, degraded: 1, offline: 2 };
    const property = fc.property(anything, fc.nat({ max: 200_000 }), (known, later) => {
      const before = hostStatus(known).status;
      const after = hostStatus({ ...known, now: known.now + later }).status;
      expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
    });
    fc.assert(property);
  });
});

test('the page for people has every reason', () => {
  const page = readFileSync(new URL('../../../docs/fleet-status.md', import.meta.url), 'utf8');
  for (const code of [...offlineReasons, ...degradedReasons]) expect(page).toContain(`\`${code}\``);
});
