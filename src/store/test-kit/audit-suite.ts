import { describe, expect, test } from 'vitest';
import { verifyExport } from '../audit/verify-export.ts';
import type { AuditVerdict, Store } from '../store.ts';
import type { MakeBench, StoreBench } from './bench.ts';
import { hostileNames } from './names.ts';
import { collect, fromArray } from './lines.ts';

/** The audit log. */
export function auditSuite(makeBench: MakeBench): void {
  describe('audit', () => {
    test('entries are numbered, chained, listed and counted', async () => {
      const store = await (await makeBench()).open();
      const before = await store.now();
      const entry = await store.audit.append({
        actor: 'user:ann',
        action: 'host.create',
        target: 'web-1',
        detail: { b: 1, a: 2 },
      });
      expect(entry).toMatchObject({ number: 1, previousHash: '0'.repeat(64), detail: { a: 2, b: 1 } });
      expect(entry.at).toBeGreaterThanOrEqual(before);
      const next = await store.audit.append({ actor: 'local', action: 'token.revoke', target: 't', detail: {} });
      expect(next).toMatchObject({ number: 2, previousHash: entry.hash });
      await store.audit.append({ actor: 'local', action: 'token.revoke', target: 'u', detail: {} });
      expect(await store.audit.list({ limit: 2 })).toMatchObject([{ number: 3 }, { number: 2 }]);
      expect(await store.audit.list({ limit: 9, before: 2 })).toEqual([entry]);
      expect(await store.audit.list({ limit: 1, action: 'token.revoke', before: 3 })).toEqual([next]);
      expect(await collect(store.audit.export())).toHaveLength(3);
      expect([...(await store.audit.counts())]).toEqual([
        ['host.create', 1],
        ['token.revoke', 2],
      ]);
      expect(await store.audit.verify()).toEqual({ valid: true, entries: 3, head: await store.audit.head() });
    });

    test('whatever an entry says is kept, and bounded', async () => {
      const store = await (await makeBench()).open();
      for (const text of [...hostileNames, 'a\0b', '\uD800', '__proto__']) {
        const detail = JSON.parse(
          `{"__proto__": 1, ${JSON.stringify(text)}: [${JSON.stringify(text)}, 1e300, -0.5]}`,
        ) as object;
        await store.audit.append({ actor: text, action: text, target: text, detail: { ...detail } });
      }
      const long = await store.audit.append({
        actor: 'x'.repeat(100_000),
        action: 'a',
        target: '🚀'.repeat(9999),
        detail: { text: 'y'.repeat(1_000_000) },
      });
      expect(JSON.stringify(long).length).toBeLessThan(3000);
      expect(await store.audit.verify()).toMatchObject({ valid: true });
      const lines = await exportLines(store);
      expect(await verifyExport(fromArray(lines))).toMatchObject({ valid: true, entries: hostileNames.length + 4 });
    });

    test('two stores that append at once make one chain without gaps', async () => {
      const bench = await makeBench();
      const stores = [await bench.open(), await bench.open()] as const;
      await Promise.all(
        Array.from({ length: 60 }, (_, n) => {
          const store = stores[n % 2 === 0 ? 0 : 1];
          const entry = { actor: 'local', action: 'x', target: String(n), detail: {} };
          return n % 3 === 0 ? store.transaction((tables) => tables.audit.append(entry)) : store.audit.append(entry);
        }),
      );
      const entries = await collect(stores[0].audit.export());
      expect(entries.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
      expect(new Set(entries.map(({ target }) => target)).size).toBe(60);
      expect(await stores[1].audit.verify()).toMatchObject({ valid: true, entries: 60 });
    });

    test('a long log is read in pages', async () => {
      const store = await (await makeBench()).open();
      await store.transaction(async (tables) => {
        for (let n = 0; n < 2100; n += 1)
          await tables.audit.append({ actor: 'a', action: 'x', target: '', detail: {} });
        expect(await tables.audit.verify()).toMatchObject({ valid: true, entries: 2100 });
      });
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 2100 });
    });

    test('entries that are too old go, the counts stay, and the beginning is signed', async () => {
      const bench = await makeBench();
      const store = await bench.open();
      await append(store, 3);
      expect(await store.audit.removeBefore(0)).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const middle = await store.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await append(store, 2);
      expect(await store.audit.removeBefore(middle)).toBe(3);
      expect(await store.audit.removeBefore(middle)).toBe(0);
      expect(await store.audit.verify()).toMatchObject({
        valid: true,
        entries: 2,
        head: { firstNumber: 4, number: 5 },
      });
      expect((await store.audit.counts()).get('x')).toBe(5);
      expect(await store.audit.removeBefore((await store.now()) + 1000)).toBe(2);
      expect(await store.audit.verify()).toMatchObject({
        valid: true,
        entries: 0,
        head: { firstNumber: 6, number: 5 },
      });
      await append(store, 1);
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 1 });
      await bench.tamper(`delete from audit_entries`);
      expect(await store.audit.verify()).toEqual({ valid: false, number: 6, reason: 'it is missing' });
    });

    test.each<[string, number, string]>([
      [`update audit_entries set actor = 'user:eve' where number = 3`, 3, 'changed'],
      [`update audit_entries set at = at + 1 where number = 3`, 3, 'changed'],
      [`update audit_entries set detail = '{ }' where number = 3`, 3, 'changed'],
      [`update audit_entries set detail = 'nonsense' where number = 3`, 3, 'changed'],
      [`update audit_entries set hash = '${'1'.repeat(64)}' where number = 3`, 3, 'changed'],
      [`update audit_entries set previous_hash = '${'1'.repeat(64)}' where number = 1`, 1, 'changed'],
      [`delete from audit_entries where number = 3`, 3, 'missing'],
      [`delete from audit_entries where number <= 2`, 1, 'missing'],
      [`delete from audit_entries where number >= 5`, 5, 'missing'],
      [`delete from audit_entries`, 1, 'missing'],
      [swap(2, 4), 2, 'changed'],
      [copy(3, 7), 7, 'changed'],
      [copy(3, 0), 0, 'older'],
      [`update audit_head set number = 4, hash = (select hash from audit_entries where number = 4)`, 0, 'head'],
      [`update audit_head set first_number = 2`, 0, 'head'],
      [`update audit_head set signature = ''`, 0, 'head'],
      [`delete from audit_head`, 0, 'head'],
      [`update audit_counts set count = count - 1`, 0, 'counts'],
    ])('found: %s', async (sql, number, reason) => {
      const bench = await makeBench();
      const store = await bench.open();
      await append(store, 6);
      await bench.tamper(sql);
      expect(await store.audit.verify()).toEqual({
        valid: false,
        number,
        reason: expect.stringContaining(reason) as string,
      });
      // and it stays found, whatever comes after
      await store.audit.append(entry).catch(() => undefined);
      expect(await store.audit.verify()).toMatchObject({ valid: false });
      const again = await bench.open();
      expect(await again.audit.verify()).toMatchObject({ valid: false, number });
    });

    test('an entry that was replaced with a hash made for it is named', async () => {
      const { bench, store } = await filled(makeBench);
      const [forged] = await forge(store, 3);
      await bench.tamper(`update audit_entries set actor = 'user:eve', hash = '${forged}' where number = 3`);
      expect(await store.audit.verify()).toMatchObject({
        valid: false,
        number: 3,
        reason: expect.stringContaining('replaced') as string,
      });
    });

    test('a chain that was made anew to its end does not fit the signed head', async () => {
      const { bench, store } = await filled(makeBench);
      const [forged] = await forge(store, 6);
      await bench.tamper(`update audit_entries set actor = 'user:eve', hash = '${forged}' where number = 6`);
      const verdict: AuditVerdict = await store.audit.verify();
      expect(verdict).toMatchObject({ valid: false, number: 6, reason: expect.stringContaining('replaced') as string });
    });

    test('nothing is added to a log whose head was forged', async () => {
      const { bench, store } = await filled(makeBench);
      await bench.tamper(`update audit_head set number = 3, hash = (select hash from audit_entries where number = 3)`);
      await expect(store.audit.append(entry)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
      await expect(store.audit.removeBefore(9e15)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
      const failing = store.transaction(async (tables) => {
        await tables.settings.set('x', '1');
        await tables.audit.append(entry);
      });
      await expect(failing).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
      expect(await store.settings.get('x')).toBeUndefined();
    });

    test('an exported log can be checked by itself', async () => {
      const { store } = await filled(makeBench);
      const lines = await exportLines(store);
      const publicKey = await store.audit.publicKey();
      expect(await verifyExport(fromArray(lines), publicKey)).toEqual({ valid: true, entries: 6, signed: true });
      expect(await verifyExport(fromArray(lines.slice(0, 5)))).toEqual({ valid: true, entries: 5, signed: false });
      const cases: [string[], number][] = [
        [lines.toSpliced(2, 1), 3],
        [lines.toSpliced(0, 1), 1],
        [lines.toSpliced(5, 1), 6],
        [lines.toSpliced(1, 1, lines[0] ?? ''), 1],
        [lines.toSpliced(2, 1, (lines[2] ?? '').replace('local', 'eve')), 3],
        [lines.toSpliced(2, 1, 'nonsense'), 3],
        [lines.with(6, (lines[6] ?? '').replace('"firstNumber":1', '"firstNumber":2')), 1],
      ];
      for (const [tampered, number] of cases) {
        expect(await verifyExport(fromArray(tampered), publicKey)).toMatchObject({ valid: false, number });
      }
      const other = await (await (await makeBench()).open()).audit.publicKey();
      expect(await verifyExport(fromArray(lines), other)).toMatchObject({ valid: false, number: 0 });
    });
  });
}

const entry = { actor: 'local', action: 'x', target: 't', detail: { n: 1 } };

async function append(store: Store, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await store.audit.append(entry);
}

async function filled(makeBench: MakeBench): Promise<{ bench: StoreBench; store: Store }> {
  const bench = await makeBench();
  const store = await bench.open();
  await append(store, 6);
  return { bench, store };
}

/** The hash that an entry would have if another had done it. */
async function forge(store: Store, number: number): Promise<string[]> {
  const { hashEntry } = await import('../audit/encode-entry.ts');
  const [real] = await store.audit.list({ limit: 1, before: number + 1 });
  return real === undefined ? [] : [hashEntry({ ...real, actor: 'user:eve' })];
}

async function exportLines(store: Store): Promise<string[]> {
  const entries = await collect(store.audit.export());
  return [...entries, { head: await store.audit.head() }].map((line) => JSON.stringify(line));
}

function swap(a: number, b: number): string {
  return `update audit_entries set number = -1 where number = ${a};
    update audit_entries set number = ${a} where number = ${b};
    update audit_entries set number = ${b} where number = -1`;
}

function copy(from: number, to: number): string {
  return `insert into audit_entries select ${to}, at, actor, action, target, detail, previous_hash, hash
    from audit_entries where number = ${from}`;
}
