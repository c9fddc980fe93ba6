import { describe, expect, test } from 'vitest';
import type { PresenceRow } from '../store.ts';
import type { MakeBench } from './bench.ts';

/** Hosts, join tokens, certificates, instances, presences, inventories and leases. */
export function fleetSuite(makeBench: MakeBench): void {
  describe('fleet', () => {
    test('a host is created once, changed, and removed with what belongs to it', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      expect(await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: 'https://x' })).toBe(true);
      expect(await store.hosts.create({ id: 'h2', name: 'web-1', agentUrl: '' })).toBe(false);
      expect(await store.hosts.get('web-1')).toMatchObject({ id: 'h1', status: 'offline', joinedAt: undefined });
      expect(await store.hosts.update('h1', { joinedAt: now, agentVersion: '1' })).toBe(true);
      expect(await store.hosts.update('none', { status: 'online' })).toBe(false);
      expect([await store.hosts.update('h1', {}), await store.hosts.update('none', {})]).toEqual([true, false]);
      expect(await store.hosts.getById('h1')).toMatchObject({
        joinedAt: now,
        agentVersion: '1',
        agentUrl: 'https://x',
      });
      await store.presences.write([presence({})]);
      await store.inventories.write({ hostId: 'h1', containers: '[]' });
      await store.batches.add([
        { hostId: 'h1', bootId: 'b', number: 1, at: now, isLate: false, instanceId: 'i', data: new Uint8Array(1) },
      ]);
      await store.certificates.create(certificate('c1', 'h1', now));
      await store.joinTokens.create({ hash: 'j', hostId: 'h1', expiresAt: now + 1000 });
      expect(await store.hosts.remove('web-1')).toBe('h1');
      expect(await store.hosts.remove('web-1')).toBeUndefined();
      expect(await store.hosts.all()).toEqual([]);
      expect([await store.presences.all(), await store.inventories.all(), await store.batches.after(0, 10)]).toEqual([
        [],
        [],
        [],
      ]);
      expect(await store.joinTokens.get('j')).toBeUndefined();
      expect((await store.certificates.get('c1'))?.revokedAt).toBeGreaterThanOrEqual(now);
    });

    test('what comes of a host that was removed is left out and fails nobody', async () => {
      const store = await (await makeBench()).open();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      await store.presences.write([presence({ hostId: 'gone' }), presence({})]);
      await store.inventories.write({ hostId: 'gone', containers: '[]' });
      expect((await store.presences.all()).map(({ hostId }) => hostId)).toEqual(['h1']);
      expect(await store.inventories.of('gone')).toBeUndefined();
    });

    test('hosts are removed while others write of them', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      for (let round = 0; round < 10; round += 1) {
        const ids = ['a', 'b', 'c'].map((name) => `${name}${round}`);
        for (const id of ids) await one.hosts.create({ id, name: id, agentUrl: '' });
        const rows = ids.map((hostId) => presence({ hostId }));
        await Promise.all([
          ...ids.map((id) => one.hosts.remove(id)),
          other.presences.write(rows),
          one.presences.write(rows.toReversed()),
          ...ids.map((hostId) => other.inventories.write({ hostId, containers: '[]' })),
        ]);
      }
      expect([await one.presences.all(), await one.inventories.all()]).toEqual([[], []]);
    });

    test('a join token is used by the first key, and by no other', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      const now = await one.now();
      await one.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      await one.joinTokens.create({ hash: 'old', hostId: 'h1', expiresAt: now + 60_000 });
      await one.joinTokens.create({ hash: 'new', hostId: 'h1', expiresAt: now + 60_000 });
      expect(await one.joinTokens.use('old', 'k')).toBe('unknown');
      const keys = ['k1', 'k2', 'k3', 'k4'];
      const uses = await Promise.all(keys.map((key, n) => (n % 2 === 0 ? one : other).joinTokens.use('new', key)));
      expect(uses.filter((use) => use !== 'used')).toEqual([{ hostId: 'h1' }]);
      const winner = keys[uses.findIndex((use) => use !== 'used')] ?? '';
      const usedAt = (await one.joinTokens.get('new'))?.usedAt;
      expect(await one.joinTokens.use('new', winner)).toEqual({ hostId: 'h1' });
      expect(await one.joinTokens.get('new')).toMatchObject({ usedBy: winner, usedAt });
      await one.joinTokens.create({ hash: 'late', hostId: 'h1', expiresAt: now - 1 });
      expect(await one.joinTokens.use('late', 'k')).toBe('expired');
      expect(await one.joinTokens.removeExpiredBefore(now)).toBe(1);
    });

    test('certificates lose their right by revocation, time, and with their host', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      for (const id of ['h1', 'h2']) await store.hosts.create({ id, name: id, agentUrl: '' });
      await store.certificates.create(certificate('good', 'h1', now));
      await store.certificates.create({ ...certificate('past', 'h1', now - 1000), notAfter: now - 1 });
      await store.certificates.create(certificate('revoked', 'h2', now));
      await store.certificates.create(certificate('gone', 'h3', now));
      await store.certificates.create(certificate('own', undefined, now));
      expect(await store.certificates.revokeOfHost('h2')).toBe(1);
      expect(await store.certificates.revokeOfHost('h2')).toBe(0);
      const serials = ['good', 'past', 'revoked', 'gone', 'unknown'];
      expect(await store.certificates.withoutRight(serials)).toEqual(['past', 'revoked', 'gone', 'unknown']);
      expect(await store.certificates.withoutRight([])).toEqual([]);
      const many = Array.from({ length: 1200 }, (_, n) => `serial ${n}`);
      expect(await store.certificates.withoutRight([...many, 'good'])).toEqual(many);
      expect((await store.certificates.ofHost('h1')).map(({ serial }) => serial)).toEqual(['good', 'past']);
      expect((await store.certificates.get('own'))?.hostId).toBeUndefined();
      expect(await store.certificates.removeExpiredBefore(now)).toBe(1);
    });

    test('a start of a server ends its earlier ones', async () => {
      const store = await (await makeBench()).open();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      const instance = { id: 'i1', serverId: 's', version: '1', address: 'a' };
      await store.instances.start(instance);
      await store.instances.start({ ...instance, id: 'other', serverId: 't' });
      await store.presences.write([presence({ instanceId: 'i1' })]);
      await store.instances.start({ ...instance, id: 'i2' });
      expect((await store.instances.all()).map(({ id }) => id).toSorted()).toEqual(['i2', 'other']);
      expect(await store.presences.all()).toEqual([]);
      expect([await store.instances.beat('i1'), await store.instances.beat('i2')]).toEqual([false, true]);
      await store.presences.write([presence({ instanceId: 'forgotten' })]);
      expect(await store.instances.removeOlderThan(60_000)).toBe(0);
      expect(await store.presences.all()).toEqual([]);
      await store.instances.end('other');
      expect(await store.instances.removeOlderThan(-60_000)).toBe(1);
      expect(await store.instances.all()).toEqual([]);
    });

    test('the newest connection speaks for a host', async () => {
      const store = await (await makeBench()).open();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      await store.presences.write([presence({ connectionId: 'b', connectedAt: 20, heardAt: 25 })]);
      await store.presences.write([presence({ connectionId: 'a', connectedAt: 10, heardAt: 30 })]);
      expect(await store.presences.of('h1')).toMatchObject({ connectionId: 'b', heardAt: 25 });
      expect((await store.hosts.getById('h1'))?.lastSeenAt).toBe(25);
      await store.presences.write([presence({ connectionId: 'b', connectedAt: 20, heardAt: 40 })]);
      await store.presences.write([presence({ connectionId: 'b', connectedAt: 20, heardAt: 39 })]);
      expect((await store.presences.of('h1'))?.heardAt).toBe(40);
      await store.presences.write([presence({ connectionId: 'c', connectedAt: 21, heardAt: 0 })]);
      expect(await store.presences.of('h1')).toMatchObject({ connectionId: 'c', heardAt: 0 });
      expect((await store.hosts.getById('h1'))?.lastSeenAt).toBe(40);
      expect(await store.presences.of('none')).toBeUndefined();
    });

    test('two servers write the same hosts in any order without a deadlock', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      const ids = Array.from({ length: 20 }, (_, n) => `h${n}`);
      for (const id of ids) await one.hosts.create({ id, name: id, agentUrl: '' });
      const rows = (connectionId: string, round: number): PresenceRow[] =>
        ids.map((hostId) =>
          presence({ hostId, connectionId: `${connectionId}${round}`, connectedAt: round, heardAt: round }),
        );
      await Promise.all(
        Array.from({ length: 10 }, (_, round) => [
          one.presences.write(rows('a', round)),
          other.presences.write(rows('b', round).toReversed()),
        ]).flat(),
      );
      expect((await one.presences.all()).map(({ connectedAt }) => connectedAt)).toEqual(ids.map(() => 9));
    });

    test('an inventory replaces the one before', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      await store.inventories.write({ hostId: 'h1', containers: '[1]' });
      await store.inventories.write({ hostId: 'h1', containers: '[2]' });
      const [row] = await store.inventories.all();
      expect(row).toMatchObject({ hostId: 'h1', containers: '[2]' });
      expect(row?.receivedAt).toBeGreaterThanOrEqual(now);
    });

    test('one at a time holds a lease, until it ends or is given back', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      const tries = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : other).leases.hold('l', `s${n}`, 60_000));
      const held = await Promise.all(tries);
      expect(held.filter(Boolean)).toHaveLength(1);
      const holder = `s${held.indexOf(true)}`;
      expect([await other.leases.hold('l', holder, 60_000), await one.leases.hold('l', 'x', 60_000)]).toEqual([
        true,
        false,
      ]);
      expect(await one.leases.hold('another', 'x', 60_000)).toBe(true);
      await one.leases.release('l', 'x');
      expect(await one.leases.hold('l', 'x', 60_000)).toBe(false);
      await other.leases.release('l', holder);
      expect(await one.leases.hold('l', 'x', -1)).toBe(true);
      expect(await other.leases.hold('l', 'y', 60_000)).toBe(true);
    });
  });
}

function presence(changes: Partial<PresenceRow>): PresenceRow {
  const usual = { instanceId: 'i', connectionId: 'c', connectedAt: 1, heardAt: 1, facts: '{}' };
  return { hostId: 'h1', ...usual, ...changes };
}

function certificate(serial: string, hostId: string | undefined, notBefore: number) {
  return { serial, hostId, publicKey: 'k', notBefore, notAfter: notBefore + 86_400_000 };
}
