import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { createAllowances } from './allowances.ts';
import { Breach } from './breach.ts';
import { createDatabaseClock } from './database-clock.ts';
import { exporterText } from './exporter-text.ts';
import { rememberedAllowances, strangers } from './gateway-limits.ts';
import { createLabelTable } from './label-table.ts';
import { createMeter } from './meter.ts';
import { addressGroup } from './peer-address.ts';
import { createRefusals } from './refusals.ts';
import { connect as connectAgent, join, post } from './test-kit/test-agent.ts';
import { startFleet } from './test-kit/test-fleet.ts';
import { silentLog } from '../../base/log.ts';

test('a meter gives its burst at once, and then evenly', () => {
  let now = 0;
  const meter = createMeter({ burst: 100, perSecond: 10 }, () => now);
  meter.charge(100);
  expect(meter.waitMs()).toBe(0);
  meter.charge(20);
  expect(meter.waitMs()).toBe(2000);
  now = 1500;
  expect(meter.waitMs()).toBeCloseTo(500);
  now = 1_000_000;
  meter.charge(100);
  expect(meter.waitMs()).toBe(0);
  meter.charge(1);
  expect(meter.waitMs()).toBe(100);
});

test('allowances are of each key by itself, and only so many are remembered', () => {
  const allowances = createAllowances({ burst: 1, perSecond: 1 }, () => 0);
  for (let number = 0; number < 3; number += 1) allowances.charge('a');
  expect(allowances.waitMs('a')).toBe(2000);
  expect(allowances.waitMs('b')).toBe(0);
  for (let number = 0; number < rememberedAllowances; number += 1) allowances.charge(`other-${number}`);
  expect(allowances.waitMs('a')).toBe(0);
});

test('addresses are limited by what one client can have', () => {
  expect(addressGroup('192.0.2.7')).toBe('192.0.2.7');
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
  expect(addressGroup('2001:db8:1:2::6')).toBe('2001:db8:1:2');
  expect(addressGroup('2001:db8::6')).toBe('2001:db8:0:0');
  expect(addressGroup('::1')).toBe('0:0:0:0');
  expect(addressGroup('fe80::1%eth0')).toBe('fe80:0:0:0');
  const property = fc.property(fc.ipV6(), (address) => {
    expect(addressGroup(address).split(':')).toHaveLength(4);
  });
  expect(() => fc.assert(property)).not.toThrow();
});

test('refusals are all counted, and logged once a minute for a reason and an address', () => {
  const lines: string[] = [];
  const log = pino({}, new Writable({ write: (line: Buffer, _, done) => (lines.push(line.toString()), done()) }));
  const counted: string[] = [];
  let now = 0;
  const refusals = createRefusals({
    counters: { refused: (reason: string) => void counted.push(reason) } as never,
    clock: { now: () => now, monotonic: () => now },
    log,
  });
  for (let number = 0; number < 50; number += 1) refusals.add('token_unknown', '192.0.2.1', 'there is no such token');
  expect(lines).toHaveLength(1);
  refusals.add('token_used', '192.0.2.1', 'used');
  refusals.add('token_unknown', '192.0.2.2', 'none');
  expect(lines).toHaveLength(3);
  now = 60_000;
  refusals.add('token_unknown', '192.0.2.1', 'there is no such token');
  expect(lines).toHaveLength(4);
  expect(counted).toHaveLength(53);
  for (let number = 0; number < 5000; number += 1) refusals.add('silent', `address-${number}`, 'x');
  refusals.add('silent', 'address-4999', 'x');
  expect(lines).toHaveLength(5004);
});

test("the database's clock goes on between two looks at it", async () => {
  let monotonic = 1000;
  let isSlow = true;
  const database = createDatabaseClock({
    store: {
      now: () => {
        // Slow answers say little of when they were given.
        monotonic += isSlow ? 10_000 : 20;
        isSlow = false;
        return Promise.resolve(5_000_000 + monotonic);
      },
    },
    clock: { now: () => 0, monotonic: () => monotonic },
    log: silentLog(),
  });
  await database.start();
  await database.stop();
  expect(Math.abs(database.now() - (5_000_000 + monotonic))).toBeLessThan(25);
  monotonic += 3_600_000;
  expect(Math.abs(database.now() - (5_000_000 + monotonic))).toBeLessThan(25);
});

test("an exporter's address is kept only if it is one", () => {
  const at = { address: '::', port: 9338, tls: true, path: '/metrics' };
  expect(JSON.parse(exporterText(at, '192.0.2.7'))).toEqual({ ...at, address: '192.0.2.7' });
  expect(JSON.parse(exporterText({ ...at, address: 'web-1.example' }, '192.0.2.7'))).toMatchObject({
    address: 'web-1.example',
  });
  expect(exporterText({ ...at, address: 'a b' }, '192.0.2.7')).toBe('');
  expect(exporterText({ ...at, address: '' }, '192.0.2.7')).toBe('');
  expect(exporterText({ ...at, path: 'metrics' }, '192.0.2.7')).toBe('');
  expect(exporterText(undefined, '192.0.2.7')).toBe('');
});

test('a table of label sets has an end', () => {
  const table = createLabelTable();
  const long = 'x'.repeat(8000);
  expect(() => {
    for (let ref = 0; ref < 10_000; ref += 1) table.name(ref, `a="${ref}${long}"`);
  }).toThrow(Breach);
  const small = createLabelTable();
  for (let ref = 0; ref < 100_000; ref += 1) small.name(ref, `a="${ref}"`);
  small.name(7, 'a="anew"');
  expect(small.get(7)?.text).toBe('a="anew"');
  expect(() => small.name(100_000, 'a="b"')).toThrow(Breach);
});

test('who only looks whether the port is open is not counted', async () => {
  const { port, counted } = await startFleet();
  for (let number = 0; number < 5; number += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end());
      socket.on('close', () => resolve());
    });
  }
  const plain = connect(port, '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  plain.on('error', () => undefined);
  await waitFor('the one that speaks no TLS', () => counted.refusals.length > 0);
  expect(counted.refusals).toEqual(['handshake']);
  expect(await post(port, '{}', { path: `/${'x'.repeat(9000)}` }).catch(() => 'no answer')).toBe('no answer');
  expect(counted.refusals).toEqual(['handshake', 'bad_request']);
});

test('one host has a few connections at a time', async () => {
  const { port, counted, addHost } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  for (let number = 0; number < 8; number += 1) await connectAgent(port, identity);
  await expect(connectAgent(port, identity)).rejects.toMatchObject({ status: 429 });
  expect(counted.refusals).toEqual(['too_many_connections']);
});

test('connections that say nothing are bounded, and do not keep agents out', async () => {
  const { port, counted, addHost } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  const agent = await connectAgent(port, identity);
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  for (let number = 0; number < strangers + 20; number += 1) {
    sockets.push(connect(port, '127.0.0.1').on('error', () => undefined));
  }
  await waitFor('the oldest to be closed', () => counted.refusals.length >= 20);
  expect(new Set(counted.refusals)).toEqual(new Set(['too_many_connections']));
  await agent.hello();
  const another = await connectAgent(port, identity);
  await another.hello();
});
