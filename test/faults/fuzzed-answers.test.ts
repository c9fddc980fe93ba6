import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exposition } from '../support/exposition.ts';
import { forbid, type FakeCall, type Reply } from '../support/fake-engine.ts';
import type { RecordedSet } from '../support/recorded-answers.ts';
import { waitFor } from '../support/wait-for.ts';
import { engineFamilies, expectSound, startPair } from './faulty-engine.ts';

const rounds = 200;

const fuzzedCalls: readonly FakeCall[] = [
  'list',
  'stats',
  'inspect',
  'images',
  'volumes',
  'networks',
  'version',
  'ping',
];

/** What a value may turn into: a wrong type, or another value of the right one. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', 'text', -1, 0.5, 1e308, -1e308, 2 ** 64, [], {}, [null], [[[]]], {
    a: 1,
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Where to break an answer: fractions choose a key or an entry at each step down. */
const steps = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 7 });

const mutation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('value' as const), steps, junk }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removed' as const), steps }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('text' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      text: fc.string(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('body' as const), junk }) },
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

const round = fc.record({
  calls: fc.subarray([...fuzzedCalls], { minLength: 1, maxLength: 4 }),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 6 }),
});

test.each<RecordedSet>(['docker-20.10-cgroup1', 'docker-28.5-cgroup2'])(
  '%s: whatever the engine says, the scrape is answered and well formed',
  async (set) => {
    await using pair = await startPair({ set });
    const { engine, tallyman } = pair;
    // Without events everything is asked for each time, so that everything can be wrong each time.
    const noEvents = (): void => void engine.misbehave({ calls: ['events'] }, forbid);
    noEvents();
    engine.endEvents();
    await waitFor('the stream to end', () => engine.followers() === 0);
    const before = await tallyman.scrape();

    const property = fc.asyncProperty(round, async ({ calls, mutations }) => {
      engine.behave();
      noEvents();
      engine.misbehave({ calls }, mutated(mutations));
      // The parser throws on a series twice, on a negative counter, and on whatever else a scrape would fail for.
      const { exposition } = await tallyman.scrape();
      expect(oddValues(exposition)).toEqual([]);
    });
    // A seed of its own for each run: what fails is printed with it.
    await fc.assert(property, { numRuns: rounds, endOnFailure: true });

    engine.behave();
    const after = await tallyman.scrape();
    expect(engineFamilies(after.exposition).toSorted()).toEqual(engineFamilies(before.exposition).toSorted());
    expect(after.exposition.find('container_memory_usage_bytes')).toEqual(
      before.exposition.find('container_memory_usage_bytes'),
    );
    // The faults were real, and were seen.
    const seen = after.exposition.find('exporter_engine_call_errors_total').map(({ labels }) => labels['reason']);
    expect(new Set(seen)).toEqual(new Set(['refused', 'invalid', 'invalid_json']));
    await expectSound(tallyman);
  },
);

/** Answers with the recorded body, broken in the same places of every answer. */
function mutated(mutations: readonly Mutation[]): Reply {
  return (response, body) => {
    let text = body;
    for (const one of mutations) text = mutate(text, one);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
  };
}

function mutate(text: string, one: Mutation): string {
  if (one.kind === 'body') return JSON.stringify(one.junk);
  if (one.kind === 'text') {
    const at = Math.floor(one.at * text.length);
    return text.slice(0, at) + one.text + text.slice(at + one.text.length);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const place = placeOf(value, one.steps);
  if (place === undefined) return text;
  if (one.kind === 'value') Reflect.set(place.parent, place.key, one.junk);
  else if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
  else Reflect.deleteProperty(place.parent, place.key);
  return JSON.stringify(value);
}

function placeOf(value: unknown, fractions: readonly number[]): { parent: object; key: string } | undefined {
  let place: { parent: object; key: string } | undefined;
  let at = value;
  for (const fraction of fractions) {
    if (typeof at !== 'object' || at === null) break;
    const keys = Object.keys(at);
    const key = keys[Math.floor(fraction * keys.length)];
    if (key === undefined) break;
    place = { parent: at, key };
    at = Reflect.get(at, key);
  }
  return place;
}

/** Samples that no engine can have meant. An exit code may be any number. */
function oddValues(exposition: Exposition): string[] {
  return [...exposition.families.values()]
    .flatMap(({ samples }) => samples)
    .filter(({ name, value }) => !(value >= 0 && Number.isFinite(value)) && name !== 'container_exit_code')
    .map(({ name, value }) => `${name} ${String(value)}`);
}
