import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ReportFault } from '../report-fault.ts';
import { reportLimits, type ReportLimits } from '../report-limits.ts';
import { placeOfPath } from './place.ts';
import { readDocument } from './read-document.ts';
import { createSelection, keptLengths, sparseLists, type Selection } from './selection.ts';

const everything: Selection = {
  isMap: true,
  isSparse: false,
  characters: Infinity,
  get items() {
    return everything;
  },
  field: () => everything,
};

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(
  json: string | Uint8Array,
  {
    selection = everything,
    size = Infinity,
    ...limits
  }: Partial<ReportLimits> & { selection?: Selection; size?: number } = {},
): Promise<unknown> {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  const { document } = await readDocument(inParts(bytes, Math.min(size, bytes.length || 1)), selection, {
    ...reportLimits,
    ...limits,
  });
  return document;
}

async function faultOf(json: string | Uint8Array, options?: Parameters<typeof read>[1]): Promise<ReportFault> {
  const fault = await read(json, options).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ReportFault);
  return fault as ReportFault;
}

/** Without the prototypes, which the names of a map do without. */
const plain = (value: unknown): unknown => structuredClone(value);

const jsonValue = fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown);
const spaces = fc.constantFrom('', ' ', '\n', '\r\n', '\t');

describe('reads what JSON.parse reads', () => {
  test('any value, with any white space, in parts of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        jsonValue,
        fc.constantFrom(0, 1, '\t'),
        spaces,
        fc.integer({ min: 1, max: 40 }),
        async (value, indent, space, size) => {
          const json = `${space}${JSON.stringify(value, undefined, indent)}${space}`;
          expect(plain(await read(json, { size }))).toEqual(JSON.parse(json));
        },
      ),
    );
  });

  test.each([
    '{"a":1e5,"b":-0.5E-2,"c":-0}',
    String.raw`["\u00e9\ud83d\ude00\ud800 \"\\\/\b\f\n\r\t", "é😀"]`,
    '[1e999]',
    '[12345678901234567890]',
    '0',
  ])('%s', async (json) => {
    for (const size of [1, 2, 3, Infinity]) expect(plain(await read(json, { size }))).toEqual(JSON.parse(json));
  });

  test('and refuses what it refuses, wherever a byte is changed', async () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(jsonValue, change, fc.integer({ min: 1, max: 9 }), async (value, { at, to }, size) => {
        const bytes = Buffer.from(JSON.stringify(value));
        bytes[at % bytes.length] = to;
        const expected = parseStrictly(bytes);
        if (expected === undefined) await faultOf(bytes, { size });
        else if (!hasTwins(bytes.toString())) expect(plain(await read(bytes, { size }))).toEqual(expected.value);
      }),
      { numRuns: 500 },
    );
  });
});

/** undefined where JSON.parse refuses it, or it is no UTF-8. */
function parseStrictly(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

/** Whether an object may have a name twice, of which JSON.parse keeps the last: something got lost. */
function hasTwins(json: string): boolean {
  return JSON.stringify(JSON.parse(json)).length < json.length;
}

describe('refuses', () => {
  test.each([
    ['', 'REPORT_CUT', 'empty'],
    ['  \n', 'REPORT_CUT', 'empty'],
    ['{', 'REPORT_CUT', 'cut off'],
    ['{"a"', 'REPORT_CUT', 'cut off'],
    ['{"a":"b', 'REPORT_CUT', 'cut off'],
    ['{"a":tru', 'REPORT_CUT', 'cut off'],
    ['{"a":1', 'REPORT_CUT', 'cut off'],
    ['[1,', 'REPORT_CUT', 'cut off'],
    ['{} {}', 'REPORT_SYNTAX', 'follows after its end'],
    ['{}{}', 'REPORT_SYNTAX', 'follows after its end'],
    ['{}\n"a', 'REPORT_SYNTAX', ''],
    ['{} tru', 'REPORT_SYNTAX', ''],
    ['1 2', 'REPORT_SYNTAX', 'follows after its end'],
    ['[1,]', 'REPORT_SYNTAX', '] stands where a value should be'],
    ['{"a":1,}', 'REPORT_SYNTAX', '} stands where a name in quotes should be'],
    ['{"a" 1}', 'REPORT_SYNTAX', 'a number stands where a colon should be'],
    ['{1:1}', 'REPORT_SYNTAX', 'a number stands where a name'],
    ['[1 2]', 'REPORT_SYNTAX', 'a number stands where a comma or ] should be'],
    ['[}', 'REPORT_SYNTAX', '} stands where a value should be'],
    ['{]', 'REPORT_SYNTAX', '] stands where a name'],
    ['[1}', 'REPORT_SYNTAX', '} stands where a comma or ] should be'],
    [']', 'REPORT_SYNTAX', '] stands where a value should be'],
    ["{'a':1}", 'REPORT_SYNTAX', '"\'" cannot stand here'],
    ['<xml/>', 'REPORT_SYNTAX', '"<" cannot stand here'],
    ['[01]', 'REPORT_SYNTAX', 'a number stands where a comma'],
    ['[NaN]', 'REPORT_SYNTAX', '"N" cannot stand here'],
    ['["\n"]', 'REPORT_SYNTAX', 'cannot stand here'],
    [String.raw`["\x"]`, 'REPORT_SYNTAX', '"x" cannot stand here'],
    ['{"a":1,"a":2}', 'REPORT_INVALID', 'the same name is there twice'],
    ['{"a":null,"a":null}', 'REPORT_INVALID', 'the same name is there twice'],
  ])('%j: %s', async (json, code, reason) => {
    for (const size of [1, Infinity]) {
      const fault = await faultOf(json, { size });
      expect([fault.code, fault.message]).toEqual([code, expect.stringContaining(reason)]);
    }
  });

  test.each([[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0x80]])(
    'what is not UTF-8: %j',
    async (...wrong) => {
      for (const size of [1, 2, Infinity]) {
        const fault = await faultOf(Buffer.from([0x5b, 0x22, 0x61, ...wrong, ...Buffer.from('abc", "more"]')]), {
          size,
        });
        expect(fault.code).toBe('REPORT_ENCODING');
      }
    },
  );

  test('with the place and the path', async () => {
    const json = '{\n  "a": [\n    {"b": 1},\r\n    {"c": {"d e": oops}}\n  ]\n}';
    const fault = await faultOf(json);
    expect(fault.place).toEqual({ offset: json.indexOf('oops'), line: 4, column: 19 });
    expect(fault.path).toBe('$.a[1].c["d e"]');
    expect(fault.message).toContain('(line 4, column 19, byte 44: $.a[1].c["d e"])');
    const cut = await faultOf(json.slice(0, 30), { size: 7 });
    expect([cut.place?.offset, cut.place?.line, cut.path]).toEqual([30, 4, '$.a[1]']);
  });

  test('too much of anything', async () => {
    expect((await faultOf('[[[1]]]', { depth: 2 })).code).toBe('REPORT_TOO_LARGE');
    await expect(read('[[1]]', { depth: 2 })).resolves.toEqual([[1]]);
    expect((await faultOf(`["${'a'.repeat(1000)}"]`, { textBytes: 100, size: 50 })).code).toBe('REPORT_TOO_LARGE');
    expect((await faultOf(`[${'1'.repeat(5000)}]`, { size: 100 })).code).toBe('REPORT_TOO_LARGE');
    expect((await faultOf(JSON.stringify(Array.from({ length: 100 }, String)), { keptBytes: 1000 })).code).toBe(
      'REPORT_TOO_LARGE',
    );
    expect((await faultOf('['.repeat(100_000))).code).toBe('REPORT_TOO_LARGE');
  });
});

describe('keeps what is selected', () => {
  const entry = z.object({ id: z.string(), note: z.string().register(keptLengths, { characters: 3 }).nullish() });
  const schema = z.object({
    entries: z
      .array(entry)
      .nullish()
      .transform((list) => list ?? []),
    labels: z.record(z.string(), z.string()).nullish(),
    fixes: z
      .array(z.object({ fixed: z.string().nullish() }))
      .register(sparseLists, { sparse: true })
      .nullish(),
  });
  const selection = createSelection([schema, z.object({ other: z.number() })]);

  test('and nothing else', async () => {
    const json = { entries: [{ id: 'a', more: { id: 'b' } }], other: 1, more: [{ id: 'c' }], id: 'd' };
    expect(plain(await read(JSON.stringify(json), { selection }))).toEqual({ entries: [{ id: 'a' }], other: 1 });
  });

  test('of long texts the beginning; of sparse lists what has something', async () => {
    const json = { entries: [{ id: 'a', note: 'abcdef' }], fixes: [{ introduced: '0' }, { fixed: '1' }, {}] };
    const document = await read(JSON.stringify(json), { selection });
    expect(schema.parse(document)).toMatchObject({ entries: [{ id: 'a', note: 'abc' }], fixes: [{ fixed: '1' }] });
  });

  test('what is of another type is kept as such, without its content', async () => {
    const document = await read('{"entries": {"id": "a"}, "other": [1, 2], "labels": 5}', { selection });
    expect(document).toMatchObject({ entries: {}, other: [], labels: 5 });
  });

  test('the names of a map are data, and change nothing but the map', async () => {
    const json = '{"labels": {"__proto__": "polluted", "constructor": "a", "b": "c"}, "__proto__": {"entries": []}}';
    const document = (await read(json, { selection })) as { labels: object };
    expect(Object.entries(document.labels)).toEqual([['__proto__', 'polluted'], ['constructor', 'a'], ['b', 'c']]); // prettier-ignore
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a name that nobody asks for may be there twice', async () => {
    await expect(read('{"x": 1, "x": 2, "other": 3}', { selection })).resolves.toMatchObject({ other: 3 });
  });

  test('and where it stood', async () => {
    const json = '{\n "entries": [\n  {"id": "a"},\n  {"id": "b"} ] }';
    const document = await read(json, { selection, size: 5 });
    const offset = json.lastIndexOf('{');
    expect(placeOfPath(document, ['entries', 1, 'id'])).toEqual({ offset, line: 4, column: 3 });
    expect(placeOfPath(document, ['entries'])).toEqual({ offset: 0, line: 1, column: 1 });
    expect(placeOfPath(document, ['nothing', 'here'])).toEqual({ offset: 0, line: 1, column: 1 });
  });

  test('schemas that contain themselves', async () => {
    interface Node {
      name: string;
      nodes?: Node[] | undefined;
    }
    const node: z.ZodType<Node> = z.object({ name: z.string(), nodes: z.lazy(() => z.array(node)).optional() });
    const json = '{"name": "a", "nodes": [{"name": "b", "x": 1, "nodes": [{"name": "c"}]}]}';
    expect(node.parse(await read(json, { selection: createSelection([node]) }))).toEqual({
      name: 'a',
      nodes: [{ name: 'b', nodes: [{ name: 'c' }] }],
    });
  });
});
