import { describe, expect, test } from 'vitest';
import { writeOrgScope } from '../org-scope.ts';
import { restoreDump } from '../restore-dump.ts';
import type { Store } from '../store.ts';
import type { ImageRow, ReportRow, SeverityCounts, TagRow } from '../supply-chain.ts';
import { makeSqliteBench, type MakeBench } from './bench.ts';
import { token } from './identity-suite.ts';
import { collect, fromArray } from './lines.ts';
import { hostileNames } from './names.ts';

/** Organisations, images, tags, reports, environments and policies. */
export function supplyChainSuite(makeBench: MakeBench): void {
  const openWith = async (...orgs: string[]): Promise<Store> => {
    const store = await (await makeBench()).open();
    await addOrgs(store, ...orgs);
    return store;
  };

  describe('supply chain', () => {
    test('an organisation is made once, with owners that are users', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      for (const name of ['ann', 'bob']) await store.users.create({ name, passwordHash: 'h', role: 'admin' });
      expect(await store.orgs.create('acme', 'ann')).toBe(true);
      expect(await store.orgs.create('acme', 'bob')).toBe(false);
      expect((await store.orgs.get('acme'))?.createdAt).toBeGreaterThanOrEqual(now);
      await store.orgs.addOwner('acme', 'bob');
      await store.orgs.addOwner('acme', 'bob');
      expect(await store.orgs.owners('acme')).toEqual(['ann', 'bob']);
      expect([await store.orgs.isOwner('acme', 'bob'), await store.orgs.isOwner('acme', 'eve')]).toEqual([true, false]);
      await expect(store.orgs.create('other', 'eve')).rejects.toMatchObject({ code: 'STORE_FAILED' });
      await expect(store.orgs.addOwner('acme', 'eve')).rejects.toMatchObject({ code: 'STORE_FAILED' });
      await expect(store.orgs.addOwner('other', 'ann')).rejects.toMatchObject({ code: 'STORE_FAILED' });
      for (const name of ['b', 'c', 'a']) await store.orgs.create(name, 'ann');
      expect((await store.orgs.list({ limit: 2 })).map(({ name }) => name)).toEqual(['a', 'acme']);
      expect((await store.orgs.list({ limit: 9, after: 'acme' })).map(({ name }) => name)).toEqual(['b', 'c']);
    });

    test('one of many that make the same organisation at once is its owner', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      const users = Array.from({ length: 8 }, (_, n) => `user ${n}`);
      for (const name of users) await one.users.create({ name, passwordHash: 'h', role: 'admin' });
      const made = await Promise.all(users.map((user, n) => (n % 2 === 0 ? one : other).orgs.create('acme', user)));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await one.orgs.owners('acme')).toEqual([users[made.indexOf(true)]]);
    });

    test('with a user go what he owns and his tokens of organisations', async () => {
      const store = await openWith('acme', 'other');
      await store.users.create({ name: 'bob', passwordHash: 'h', role: 'admin' });
      await store.orgs.addOwner('acme', 'bob');
      await addTokens(store);
      expect(await store.users.remove('bob')).toBe(true);
      expect(await store.orgs.owners('acme')).toEqual(['ann']);
      await store.users.create({ name: 'bob', passwordHash: 'h', role: 'admin' });
      expect(await store.orgs.isOwner('acme', 'bob')).toBe(false);
      expect(await tokenNames(store)).toEqual(['acme-ann', 'api', 'broken', 'other-ann']);
      expect(await store.users.remove('ann')).toBe(true);
      expect(await store.orgs.owners('acme')).toEqual([]);
      expect(await store.orgs.get('acme')).toBeDefined();
      expect(await store.users.remove('ann')).toBe(false);
    });

    test('an organisation goes with everything that belongs to it, and its tokens', async () => {
      const store = await openWith('acme', 'other');
      for (const org of ['acme', 'other']) for (const digest of ['a', 'b']) await fill(store, org, digest);
      await addTokens(store);
      expect(await store.orgs.remove('acme')).toBe(true);
      expect(await store.orgs.remove('acme')).toBe(false);
      expect(await tokenNames(store)).toEqual(['api', 'broken', 'other-ann']);
      expect(await contents(store, 'other')).toEqual(full('a', 'b'));
      await addOrgs(store, 'acme');
      expect(await contents(store, 'acme')).toEqual(full());
      expect(await store.tags.history('acme', 'r', 'tag a')).toEqual([]);
      expect(await store.reports.of('acme', 'a')).toEqual([]);
    });

    test('a large organisation goes as a whole', async () => {
      const store = await openWith('acme');
      await store.transaction(async (tables) => {
        for (let n = 0; n < 450; n += 1) await tables.images.put(image({ digest: `d${n}` }));
      });
      const failing = store.transaction(async (tables) => {
        await tables.orgs.remove('acme');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.images.all('acme')).toHaveLength(450);
      expect(await store.orgs.remove('acme')).toBe(true);
      expect(await store.images.all('acme')).toEqual([]);
    });

    test('an image comes back as it was written, and is replaced as a whole', async () => {
      const store = await openWith('acme');
      const row = image({});
      await store.images.put(row);
      expect(await store.images.get('acme', 'd1')).toEqual(row);
      const bare = image({
        ...{ counts: undefined, fixable: undefined, knownExploited: undefined, scannedAt: undefined },
        ...{ databaseAt: undefined, nextChangeAt: undefined, policies: '{}', facts: '{}', scanner: '', grade: '' },
      });
      await store.images.put(bare);
      expect(await store.images.get('acme', 'd1')).toEqual(bare);
      const zeros = image({ counts: counts(0), fixable: counts(0), knownExploited: 0 });
      await store.images.put(zeros);
      expect(await store.images.get('acme', 'd1')).toEqual(zeros);
      expect([await store.images.get('acme', 'd2'), await store.images.get('other', 'd1')]).toEqual([
        undefined,
        undefined,
      ]);
      await expect(store.images.put(image({ org: 'other' }))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    });

    test('what every scrape reads has results without reasons, and no facts', async () => {
      const store = await openWith('acme', 'other');
      const policies = { a: { result: 'violated', reasons: [{ text: 'x'.repeat(9999) }] }, b: 'compliant', c: {} };
      await store.images.put(image({ digest: 'd2', policies: JSON.stringify(policies), facts: 'y'.repeat(9999) }));
      await store.images.put(image({ digest: 'd1', policies: 'nonsense' }));
      await store.images.put(image({ org: 'other' }));
      const outcomes = JSON.stringify({ a: { result: 'violated' }, b: 'compliant', c: {} });
      expect(await store.images.all('acme')).toEqual([
        image({ digest: 'd1', facts: '', policies: '{}' }),
        image({ digest: 'd2', facts: '', policies: outcomes }),
      ]);
      expect(await store.images.get('acme', 'd2')).toMatchObject({ policies: JSON.stringify(policies) });
    });

    test('images are listed in pages, and by repository with the newest first', async () => {
      const store = await openWith('acme', 'other');
      for (const [n, digest] of ['c', 'a', 'd', 'b'].entries())
        await store.images.put(image({ digest, indexedAt: n, repository: n < 3 ? 'r' : 'other' }));
      await store.images.put(image({ org: 'other', digest: 'e', repository: 'r' }));
      expect(digests(await store.images.list('acme', { limit: 3 }))).toEqual(['a', 'b', 'c']);
      expect(digests(await store.images.list('acme', { limit: 3, after: 'c' }))).toEqual(['d']);
      expect(await store.images.ofRepository('acme', 'r')).toEqual(
        [
          ['d', 2],
          ['a', 1],
          ['c', 0],
        ].map(([digest, indexedAt]) => image({ ...{ digest, indexedAt }, repository: 'r' } as Partial<ImageRow>)),
      );
    });

    test('images are due when their time has come, the first ones first', async () => {
      const store = await openWith('acme', 'other');
      const due = { a: 30, b: 10, c: undefined, d: 20, e: 40 };
      for (const [digest, nextChangeAt] of Object.entries(due))
        await store.images.put(image({ digest, nextChangeAt, org: digest === 'd' ? 'other' : 'acme' }));
      expect(digests(await store.images.due(30, 9))).toEqual(['b', 'd', 'a']);
      expect(digests(await store.images.due(30, 2))).toEqual(['b', 'd']);
      await store.images.put(image({ digest: 'b', nextChangeAt: undefined }));
      expect(await store.images.due(29, 9)).toEqual([image({ org: 'other', digest: 'd', nextChangeAt: 20 })]);
    });

    test('an image goes with its reports, tags and places in environments', async () => {
      const store = await openWith('acme', 'other');
      for (const org of ['acme', 'other']) for (const digest of ['a', 'b']) await fill(store, org, digest);
      expect(await store.images.remove('acme', 'a')).toBe(true);
      expect(await store.images.remove('acme', 'a')).toBe(false);
      expect(await store.reports.of('acme', 'a')).toEqual([]);
      expect(await contents(store, 'acme')).toEqual(full('b'));
      expect(await contents(store, 'other')).toEqual(full('a', 'b'));
    });

    test('a tag moves, and is remembered', async () => {
      const store = await openWith('acme');
      for (const digest of ['a', 'b', 'c']) await store.images.put(image({ digest }));
      const seen = ['a', 'a', 'b', 'b', 'a', 'c'].map((digest, n) => tag({ digest, indexedAt: n + 1 }));
      for (const row of seen) await store.tags.put(row);
      expect(await store.tags.get('acme', 'r', 'latest')).toEqual(tag({ digest: 'c', indexedAt: 6 }));
      expect(await store.tags.history('acme', 'r', 'latest')).toEqual([
        { digest: 'c', since: 6 },
        { digest: 'a', since: 5 },
        { digest: 'b', since: 3 },
      ]);
      await store.tags.put(tag({ tag: 'v1', digest: 'a' }));
      expect((await store.tags.all('acme')).map((row) => [row.tag, row.digest])).toEqual([
        ['latest', 'c'],
        ['v1', 'a'],
      ]);
      await store.images.remove('acme', 'c');
      expect(await store.tags.get('acme', 'r', 'latest')).toBeUndefined();
      expect((await store.tags.history('acme', 'r', 'latest')).map(({ digest }) => digest)).toEqual(['c', 'a', 'b']);
    });

    test('of a tag that moves all the time the last places are remembered', async () => {
      const store = await openWith('acme');
      await store.transaction(async (tables) => {
        for (let n = 0; n < 130; n += 1) {
          await tables.images.put(image({ digest: `d${n}` }));
          await tables.tags.put(tag({ digest: `d${n}`, indexedAt: n }));
        }
      });
      const history = await store.tags.history('acme', 'r', 'latest');
      expect(history.map(({ since }) => since)).toEqual(Array.from({ length: 100 }, (_, n) => 129 - n));
      // whatever the clock says, where it points now is among them
      await store.tags.put(tag({ digest: 'd0', indexedAt: 0 }));
      expect((await store.tags.history('acme', 'r', 'latest')).at(-1)).toEqual({ digest: 'd0', since: 0 });
    });

    test('one report of each kind counts, the last', async () => {
      const store = await openWith('acme');
      await store.images.put(image({}));
      await store.reports.put(report({ data: bytes(10, 1) }));
      await store.reports.put(report({ kind: 'vex:https://example.com/vex', data: bytes(10, 2) }));
      const last = report({ format: 'grype', receivedAt: 7, data: bytes(20, 3) });
      await store.reports.put(last);
      const reports = await store.reports.of('acme', 'd1');
      expect(reports.map(({ kind }) => kind)).toEqual(['vex:https://example.com/vex', 'vulnerabilities']);
      expect(plain(reports[1])).toEqual(plain(last));
      expect(await store.reports.of('acme', 'd2')).toEqual([]);
    });

    test('large reports are kept byte for byte', async () => {
      const store = await openWith('acme');
      await store.images.put(image({ facts: JSON.stringify({ text: 'ä'.repeat(1_000_000) }) }));
      for (const data of [bytes(8_000_000, 5), new Uint8Array()]) {
        await store.reports.put(report({ data }));
        const [stored] = await store.reports.of('acme', 'd1');
        expect(Buffer.compare(stored?.data ?? bytes(1, 0), data)).toBe(0);
      }
      expect((await store.images.get('acme', 'd1'))?.facts).toHaveLength(1_000_011);
    });

    test('an image with its report is written together or not at all, in any order', async () => {
      const store = await openWith('acme');
      await store.transaction(async (tables) => {
        await tables.reports.put(report({}));
        await tables.tags.put(tag({}));
        await tables.images.put(image({}));
      });
      expect(await store.reports.of('acme', 'd1')).toHaveLength(1);
      const orphaned = store.transaction(async (tables) => {
        await tables.images.put(image({ digest: 'd2' }));
        await tables.reports.put(report({ digest: 'd3' }));
      });
      await expect(orphaned).rejects.toMatchObject({ code: 'STORE_FAILED' });
      expect(digests(await store.images.all('acme'))).toEqual(['d1']);
      await expect(store.tags.put(tag({ digest: 'd3' }))).rejects.toMatchObject({ code: 'STORE_FAILED' });
      expect(await store.tags.history('acme', 'r', 'latest')).toHaveLength(1);
    });

    test('two that push reports of one image at once both count', async () => {
      const bench = await makeBench();
      const stores = [await bench.open(), await bench.open()] as const;
      await addOrgs(stores[0], 'acme');
      const push = (store: Store, n: number): Promise<void> =>
        store.transaction(async (tables) => {
          const before = await tables.images.get('acme', 'd1');
          await tables.images.put(image({ knownExploited: (before?.knownExploited ?? 0) + 1 }));
          await tables.reports.put(report({ kind: `vex:${n}`, data: bytes(1000, n) }));
          await tables.tags.put(tag({}));
        });
      await Promise.all(Array.from({ length: 20 }, (_, n) => push(stores[n % 2 === 0 ? 0 : 1], n)));
      expect(await stores[1].images.get('acme', 'd1')).toMatchObject({ knownExploited: 20 });
      expect(await stores[1].reports.of('acme', 'd1')).toHaveLength(20);
    });

    test('images and organisations are removed while others write of them', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      await addOrgs(one, 'ann');
      for (let round = 0; round < 8; round += 1) {
        await one.orgs.create('acme', 'ann');
        for (const digest of ['a', 'b', 'c']) await one.images.put(image({ digest }));
        await Promise.all([
          one.images.remove('acme', 'a'),
          other.environments.record('acme', 'production', 'a'),
          other.environments.record('acme', 'production', 'b'),
          other.transaction(async (tables) => {
            if ((await tables.orgs.get('acme')) !== undefined) await fill(tables, 'acme', 'c');
          }),
          other.orgs.remove('acme'),
          one.transaction(async (tables) => {
            if ((await tables.orgs.get('acme')) !== undefined) await fill(tables, 'acme', 'a');
          }),
        ]);
        expect(await one.orgs.get('acme')).toBeUndefined();
        expect(await contents(one, 'acme')).toEqual(full());
      }
    });

    test('images are recorded in environments and taken out', async () => {
      const store = await openWith('acme');
      const now = await store.now();
      for (const digest of ['a', 'b']) await store.images.put(image({ digest }));
      expect(await store.environments.record('acme', 'production', 'b')).toBe(true);
      expect(await store.environments.record('acme', 'production', 'b')).toBe(false);
      expect(await store.environments.record('acme', 'production', 'a')).toBe(true);
      expect(await store.environments.record('acme', 'production', 'none')).toBe(false);
      expect(await store.environments.record('none', 'production', 'a')).toBe(false);
      const [first] = await store.environments.all('acme');
      expect(first).toMatchObject({ org: 'acme', name: 'production', digest: 'a' });
      expect(first?.recordedAt).toBeGreaterThanOrEqual(now);
      expect(await store.environments.remove('acme', 'production', 'b')).toBe(true);
      expect(await store.environments.remove('acme', 'production', 'b')).toBe(false);
      expect(digests(await store.environments.all('acme'))).toEqual(['a']);
    });

    test('rules of environments are there once', async () => {
      const store = await openWith('acme', 'other');
      const rule = { org: 'acme', name: 'production', kind: 'label', value: 'tier=web' } as const;
      expect(await store.automaticEnvironments.create(rule)).toBe(true);
      expect(await store.automaticEnvironments.create(rule)).toBe(false);
      expect(await store.automaticEnvironments.create({ ...rule, kind: 'host' })).toBe(true);
      await store.automaticEnvironments.create({ ...rule, org: 'other' });
      expect(await store.automaticEnvironments.all('acme')).toEqual([{ ...rule, kind: 'host' }, rule]);
      expect(await store.automaticEnvironments.remove(rule)).toBe(true);
      expect(await store.automaticEnvironments.remove(rule)).toBe(false);
      expect(await store.automaticEnvironments.all('acme')).toEqual([{ ...rule, kind: 'host' }]);
    });

    test('settings of policies are replaced and removed', async () => {
      const store = await openWith('acme', 'other');
      const now = await store.now();
      const setting = { org: 'acme', id: 'no-default-root-user', isEnabled: false, config: '{"a":1}' };
      await store.policySettings.put({ ...setting, isEnabled: true });
      await store.policySettings.put(setting);
      await store.policySettings.put({ ...setting, org: 'other' });
      const [stored, ...rest] = await store.policySettings.all('acme');
      expect([stored, rest]).toEqual([{ ...setting, changedAt: expect.any(Number) as number }, []]);
      expect(stored?.changedAt).toBeGreaterThanOrEqual(now);
      expect(await store.policySettings.remove('acme', setting.id)).toBe(true);
      expect(await store.policySettings.remove('acme', setting.id)).toBe(false);
      expect(await store.policySettings.all('acme')).toEqual([]);
      expect(await store.policySettings.all('other')).toHaveLength(1);
    });

    test.each([
      ['here to SQLite', makeBench, makeSqliteBench],
      ['SQLite to here', makeSqliteBench, makeBench],
    ] as const)('all of it is part of a backup, from %s', async (_name, makeSource, makeTarget) => {
      const source = await (await makeSource()).open();
      await addOrgs(source, 'acme', '', 'other');
      await source.transaction(async (tables) => {
        // more than a page, in an order of their own
        for (let n = 0; n < 600; n += 1) await tables.images.put(image({ digest: `${(n * 7) % 600}` }));
        for (const org of ['other', '', 'acme'])
          for (const digest of ['b', 'a', '%', '', 'ü', 'c', 'd', 'e', 'f']) await fill(tables, org, digest);
        await tables.automaticEnvironments.create({ org: '', name: 'production', kind: 'host', value: 'web-1' });
        await tables.policySettings.put({ org: '', id: 'x', isEnabled: true, config: '{}' });
      });
      const lines = await collect(source.dump());
      const target = await makeTarget();
      await restoreDump(target.options, fromArray(lines), { force: false });
      const restored = await target.open();
      expect((await collect(restored.dump())).slice(1, -1)).toEqual(lines.slice(1, -1));
      for (const org of ['acme', '', 'other'])
        expect(await contents(restored, org)).toEqual(await contents(source, org));
      expect(await restored.images.all('acme')).toHaveLength(609);
      expect(await restored.orgs.remove('acme')).toBe(true);
    });

    test('a state from before it gets its tables, and keeps what it has', async () => {
      const bench = await makeBench();
      const before = await bench.open();
      await before.users.create({ name: 'ann', passwordHash: 'h', role: 'admin' });
      await before.tokens.create(token('t', {}));
      await before.close();
      const tables = 'policy_settings environment_rules environment_images reports tag_history tags';
      const all = [...tables.split(' '), 'image_details', 'images', 'org_owners', 'orgs'];
      const drop = all.map((name) => `drop table ${name}`).join(';');
      const rest = "drop index tokens_of_orgs; delete from kysely_migration where name = '0002-supply-chain'";
      await bench.tamper(`${drop}; ${rest}`);
      const store = await bench.open();
      expect([await store.users.count(), (await store.tokens.get('t'))?.name]).toEqual([1, 't']);
      expect(await store.orgs.create('acme', 'ann')).toBe(true);
    });

    test('names are data, whatever is in them', async () => {
      const store = await (await makeBench()).open();
      for (const name of hostileNames) {
        await store.users.create({ name, passwordHash: '', role: '' });
        expect(await store.orgs.create(name, name)).toBe(true);
        await fill(store, name, name);
        expect(await store.images.get(name, name)).toEqual(image({ org: name, digest: name }));
        expect(await store.images.ofRepository(name, name)).toEqual([]);
        expect(await store.tags.get(name, 'r', `tag ${name}`)).toMatchObject({ digest: name });
        expect(await store.orgs.isOwner(name, name)).toBe(true);
        const rule = { org: name, name, kind: 'label', value: name } as const;
        await store.automaticEnvironments.create(rule);
        expect(await store.automaticEnvironments.all(name)).toEqual([rule]);
        await store.policySettings.put({ org: name, id: name, isEnabled: true, config: name });
        expect(await store.policySettings.all(name)).toMatchObject([{ id: name, config: name }]);
      }
      for (const name of hostileNames) {
        expect(await contents(store, name)).toEqual(full(name));
        expect(await store.orgs.remove(name)).toBe(true);
      }
      expect(await store.orgs.list({ limit: 99 })).toEqual([]);
    });
  });
}

/** One image with everything that can belong to it. */
async function fill(
  tables: Pick<Store, 'images' | 'tags' | 'reports' | 'environments'>,
  org: string,
  digest: string,
): Promise<void> {
  await tables.images.put(image({ org, digest }));
  await tables.tags.put(tag({ org, digest, tag: `tag ${digest}` }));
  await tables.reports.put(report({ org, digest }));
  await tables.environments.record(org, 'production', digest);
}

/** Digests of the images that there is something of, by table. */
async function contents(store: Store, org: string): Promise<Record<string, readonly string[]>> {
  const images = digests(await store.images.all(org));
  return {
    images,
    whole: digests(await store.images.list(org, { limit: 99 })),
    tags: digests(await store.tags.all(org)),
    reports: digests((await Promise.all(images.map((digest) => store.reports.of(org, digest)))).flat()),
    environments: digests(await store.environments.all(org)),
  };
}

function full(...all: string[]): Record<string, readonly string[]> {
  return { images: all, whole: all, tags: all, reports: all, environments: all };
}

/** Of a user `ann`. */
async function addOrgs(store: Store, ...names: string[]): Promise<void> {
  await store.users.create({ name: 'ann', passwordHash: 'h', role: 'admin' });
  for (const name of names) await store.orgs.create(name, 'ann');
}

async function addTokens(store: Store): Promise<void> {
  const scopes = { 'acme-ann': ['acme', 'ann'], 'acme-bob': ['acme', 'bob'], 'other-ann': ['other', 'ann'] } as const;
  for (const [name, [org, user]] of Object.entries(scopes))
    await store.tokens.create(token(name, { kind: 'org', scope: writeOrgScope({ org, user }) }));
  // none of theirs, whatever it says
  await store.tokens.create(token('api', { scope: writeOrgScope({ org: 'acme', user: 'bob' }) }));
  await store.tokens.create(token('broken', { kind: 'org', scope: 'acme bob' }));
}

async function tokenNames(store: Store): Promise<string[]> {
  return (await store.tokens.list({ limit: 99 })).map(({ name }) => name);
}

function digests(rows: readonly { digest: string }[]): string[] {
  return rows.map(({ digest }) => digest);
}

/** PostgreSQL gives Buffers. */
function plain(row: ReportRow | undefined): object {
  return { ...row, data: [...(row?.data ?? [])] };
}

function counts(n: number): SeverityCounts {
  return n === 0
    ? { critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 }
    : { critical: n, high: n + 1, medium: n + 2, low: n + 3, unspecified: n + 4 };
}

function image(changes: Partial<ImageRow>): ImageRow {
  return {
    ...{ org: 'acme', digest: 'd1', repository: 'docker.io/library/nginx', facts: '{"user":"root"}' },
    ...{ counts: counts(1), fixable: counts(11), knownExploited: 2, scannedAt: 100, databaseAt: 90 },
    ...{ scanner: 'trivy', policies: '{}', grade: 'C', nextChangeAt: 200, indexedAt: 100 },
    ...changes,
  };
}

function tag(changes: Partial<TagRow>): TagRow {
  return { org: 'acme', repository: 'r', tag: 'latest', digest: 'd1', indexedAt: 1, ...changes };
}

function report(changes: Partial<ReportRow>): ReportRow {
  const usual = { kind: 'vulnerabilities', format: 'trivy', receivedAt: 5, data: bytes(100, 1) };
  return { org: 'acme', digest: 'd1', ...usual, ...changes };
}

/** The same for the same seed, and no pattern. */
function bytes(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}
