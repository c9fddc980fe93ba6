import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { environmentNameSchema } from './environment-name.ts';
import { streamsOf, type StreamFacts } from './streams.ts';

const nothing: StreamFacts = { tags: [], recorded: [], rules: [], running: [] };
const streams = (facts: Partial<StreamFacts>, known?: string[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    streamsOf({ ...nothing, ...facts }, known && new Set(known)).map(({ name, images }) => [name, images]),
  );
const tag = (repository: string, name: string, digest: string, indexedAt: number): StreamFacts['tags'][number] => ({
  repository,
  tag: name,
  digest,
  indexedAt,
});

test('latest-indexed is always there: the tag of each repository that was indexed last', () => {
  expect(streams({})).toEqual({ 'latest-indexed': [] });
  const tags = [tag('a', '1', 'd1', 1), tag('a', '2', 'd2', 3), tag('a', 'latest', 'd1', 2), tag('b', '1', 'd3', 1)];
  expect(streams({ tags })).toEqual({ 'latest-indexed': ['d2', 'd3'] });
});

test('of two repositories with one image it counts once; of tags of one moment the last by name counts', () => {
  expect(streams({ tags: [tag('a', '1', 'd', 1), tag('b', '1', 'd', 1)] })).toEqual({ 'latest-indexed': ['d'] });
  const tags = [tag('a', '1', 'd1', 1), tag('a', '2', 'd2', 1)];
  expect(streams({ tags })).toEqual({ 'latest-indexed': ['d2'] });
  expect(streams({ tags: tags.toReversed() })).toEqual({ 'latest-indexed': ['d2'] });
});

const running: StreamFacts['running'] = [
  { digest: 'd1', host: 'h1', stack: 'shop', labels: { tier: 'prod' } },
  { digest: 'd1', host: 'h2', stack: 'shop' },
  { digest: 'd2', host: 'h2' },
];

test.each<[string, StreamFacts['rules'][number], string[]]>([
  ['a host', { environment: 'e', kind: 'host', host: 'h2' }, ['d1', 'd2']],
  ['a stack on any host, its image once', { environment: 'e', kind: 'stack', stack: 'shop' }, ['d1']],
  ['a label', { environment: 'e', kind: 'label', name: 'tier', value: 'prod' }, ['d1']],
])('what runs on %s is in the environment', (_case, rule, images) => {
  expect(streams({ rules: [rule], running })).toEqual({ 'latest-indexed': [], e: images });
  expect(streams({ rules: [rule], running: [] })).toEqual({ 'latest-indexed': [] });
});

test('a label that no container has matches nothing, whatever its name', () => {
  const rules: StreamFacts['rules'] = [{ environment: 'e', kind: 'label', name: 'constructor', value: '' }];
  expect(streams({ rules, running })).toEqual({ 'latest-indexed': [] });
});

test('recorded and automatic images are one environment; environments come by name', () => {
  const recorded = [
    { environment: 'prod', digest: 'd9' },
    { environment: 'prod', digest: 'd1' },
    { environment: 'dev', digest: 'd1' },
  ];
  const rules: StreamFacts['rules'] = [{ environment: 'prod', kind: 'host', host: 'h2' }];
  const all = streams({ recorded, rules, running });
  expect(all).toEqual({ 'latest-indexed': [], dev: ['d1'], prod: ['d1', 'd2', 'd9'] });
  expect(Object.keys(all)).toEqual(['latest-indexed', 'dev', 'prod']);
});

test('images that are not known are in no stream, and environments of none are gone', () => {
  const recorded = [
    { environment: 'prod', digest: 'd9' },
    { environment: 'dev', digest: 'd1' },
  ];
  expect(streams({ recorded, tags: [tag('a', '1', 'd9', 1)] }, ['d1'])).toEqual({ 'latest-indexed': [], dev: ['d1'] });
});

test('no environment is called latest-indexed', () => {
  expect(environmentNameSchema.safeParse('latest-indexed').success).toBe(false);
  expect(environmentNameSchema.safeParse('production').success).toBe(true);
  expect(environmentNameSchema.safeParse('a b').success).toBe(false);
  expect(streams({ recorded: [{ environment: 'latest-indexed', digest: 'd' }] })).toEqual({ 'latest-indexed': [] });
});

test('the order of what goes in changes nothing; no stream twice, no image twice', () => {
  const letter = fc.constantFrom('a', 'b', 'c', '__proto__');
  const facts = fc.record({
    tags: fc.array(fc.record({ repository: letter, tag: letter, digest: letter, indexedAt: fc.nat({ max: 3 }) })),
    recorded: fc.array(fc.record({ environment: letter, digest: letter })),
    rules: fc.array(fc.record({ environment: letter, kind: fc.constant('host' as const), host: letter })),
    running: fc.array(fc.record({ digest: letter, host: letter })),
  });
  fc.assert(
    fc.property(facts, (some) => {
      const all = streamsOf(some);
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      for (const { name, images } of all) {
        expect(new Set(images).size).toBe(images.length);
        expect(images.length > 0 || name === 'latest-indexed').toBe(true);
      }
      const reversed = streamsOf({
        tags: some.tags.toReversed(),
        recorded: some.recorded.toReversed(),
        rules: some.rules.toReversed(),
        running: some.running.toReversed(),
      });
      expect(reversed).toEqual(all);
    }),
  );
});
