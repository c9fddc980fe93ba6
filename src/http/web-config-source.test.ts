import { expect, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { TlsSettings } from './tls-settings.ts';
import { createWebConfigSource } from './web-config-source.ts';
import type { WebConfig, WebConfigResult } from './web-config.ts';

const open: WebConfig = { tls: undefined, headers: {}, users: new Map(), rateLimit: undefined };
const tls: TlsSettings = { context: {}, clientAuthType: 'NoClientCert', clientAllowedSans: undefined };

/** A source whose file is a variable and whose clock stands still; a stamp that is never true makes each check a reload. */
function createTestSource(first: WebConfigResult) {
  const log = silentLog();
  const error = vi.spyOn(log, 'error');
  const world = { result: first, now: 0, loads: 0 };
  const load = (): WebConfigResult => {
    world.loads += 1;
    return world.result;
  };
  const clock = { now: () => world.now, monotonic: () => world.now };
  return { world, error, source: createWebConfigSource({ load, name: 'web.yml', clock, log }) };
}

const changing = new Map([['/nowhere', 'another stamp']]);
const good = (config: WebConfig): WebConfigResult => ({ ok: true, config, stamps: changing });
const bad = (...faults: string[]): WebConfigResult => ({ ok: false, faults, stamps: changing });

test('the first load must succeed', () => {
  expect(() => createTestSource(bad('line 1: a', 'line 2: b'))).toThrow(
    'web.yml cannot be used:\n  line 1: a\n  line 2: b',
  );
});

test('looks at the files once a second at most, and loads only what has changed', () => {
  const { world, source } = createTestSource(good(open));
  for (const now of [0, 500, 999]) {
    world.now = now;
    expect(source.current()).toBe(open);
  }
  expect(world.loads).toBe(1);
  world.result = { ok: true, config: { ...open, headers: { a: 'b' } }, stamps: new Map() };
  world.now = 1000;
  expect(source.current().headers).toEqual({ a: 'b' });
  expect(world.loads).toBe(2);
  world.now = 5000;
  source.current();
  expect(world.loads).toBe(2);
});

test('keeps the last good one, and logs each fault once', () => {
  const { world, error, source } = createTestSource(good(open));
  const at = (now: number, result: WebConfigResult): number => {
    Object.assign(world, { now, result });
    expect(source.current()).toBe(open);
    return error.mock.calls.length;
  };
  expect(at(1000, bad('a'))).toBe(1);
  expect(at(2000, bad('a'))).toBe(1);
  expect(at(3000, bad('a', 'b'))).toBe(2);
  expect(at(4000, good(open))).toBe(2);
  expect(at(5000, bad('a'))).toBe(3);
});

test.each([
  [undefined, tls, 'on'],
  [tls, undefined, 'off'],
])('TLS is not switched while running, the rest is', (before, after, way) => {
  const { world, error, source } = createTestSource(good({ ...open, tls: before }));
  Object.assign(world, { now: 1000, result: good({ ...open, tls: after, headers: { a: 'b' } }) });
  expect(source.current()).toEqual({ ...open, tls: before, headers: { a: 'b' } });
  expect(error.mock.calls[0]?.[0]).toMatchObject({
    fault: `TLS cannot be switched ${way} while running: restart to apply that`,
  });
});
