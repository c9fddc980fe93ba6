import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseExposition } from '../../../test/support/exposition-parser.ts';
import { policyOutcomes, type PolicyOutcome } from '../policies/policy.ts';
import { severities } from '../report.ts';
import { scoutMetrics, writeScoutExposition, type ScoutInput } from './scout-samples.ts';

const counts = { critical: 1, high: 2, medium: 3, low: 4, unspecified: 5 };
const none = { critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 };
const outcomes = (outcome: PolicyOutcome): ReadonlyMap<string, PolicyOutcome> => new Map([['p', outcome]]);
const policies = [{ id: 'p', displayName: 'The "policy"' }];

test('the whole body', () => {
  const streams = [
    {
      name: 'latest-indexed',
      images: [
        { counts, policies: outcomes('compliant') },
        { counts: { ...none, critical: 1 }, policies: outcomes('violated') },
        { counts: undefined, policies: outcomes('no-data') },
        { counts: none, policies: new Map() },
      ],
    },
    { name: 'production', images: [] },
  ];
  expect(writeScoutExposition({ streams, policies }, 'text')).toBe(
    String.raw`# HELP scout_stream_vulnerabilities Vulnerabilities of the images in a stream, each counted once for every package of every image that has it.
# TYPE scout_stream_vulnerabilities gauge
scout_stream_vulnerabilities{severity="CRITICAL",streamName="latest-indexed"} 2
scout_stream_vulnerabilities{severity="HIGH",streamName="latest-indexed"} 2
scout_stream_vulnerabilities{severity="MEDIUM",streamName="latest-indexed"} 3
scout_stream_vulnerabilities{severity="LOW",streamName="latest-indexed"} 4
scout_stream_vulnerabilities{severity="UNSPECIFIED",streamName="latest-indexed"} 5
scout_stream_vulnerabilities{severity="CRITICAL",streamName="production"} 0
scout_stream_vulnerabilities{severity="HIGH",streamName="production"} 0
scout_stream_vulnerabilities{severity="MEDIUM",streamName="production"} 0
scout_stream_vulnerabilities{severity="LOW",streamName="production"} 0
scout_stream_vulnerabilities{severity="UNSPECIFIED",streamName="production"} 0
# HELP scout_policy_compliant_images Images in a stream that comply with a policy.
# TYPE scout_policy_compliant_images gauge
scout_policy_compliant_images{displayName="The \"policy\"",id="p",streamName="latest-indexed"} 1
scout_policy_compliant_images{displayName="The \"policy\"",id="p",streamName="production"} 0
# HELP scout_policy_evaluated_images Images in a stream that have what a policy needs to be evaluated.
# TYPE scout_policy_evaluated_images gauge
scout_policy_evaluated_images{displayName="The \"policy\"",id="p",streamName="latest-indexed"} 2
scout_policy_evaluated_images{displayName="The \"policy\"",id="p",streamName="production"} 0
`,
  );
});

test('OpenMetrics on request', () => {
  const text = writeScoutExposition({ streams: [{ name: 'a', images: [] }], policies }, 'openmetrics');
  expect(text.endsWith('# EOF\n')).toBe(true);
  expect(parseExposition(text, 'openmetrics').families.size).toBe(3);
});

test("the families are the contract's, where that is kept beside the checkout", () => {
  const original = new URL('../../../../shared/contract/scout.yaml', import.meta.url);
  const declared = scoutMetrics.map(({ name, type, labels }) => ({ name, type, labels }));
  const { families } = existsSync(original)
    ? (parse(readFileSync(original, 'utf8')) as { families: typeof declared })
    : { families: declared };
  expect(declared).toEqual(families.map(({ name, type, labels }) => ({ name, type, labels })));
  expect(declared).toHaveLength(3);
});

test('whatever the names and results: every severity and every pair of every stream, and the sums add up', () => {
  const name = fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.toWellFormed());
  const input: fc.Arbitrary<ScoutInput> = fc.record({
    streams: fc.uniqueArray(
      fc.record({
        name,
        images: fc.array(
          fc.record({
            counts: fc.constantFrom(counts, none, undefined),
            policies: fc.constantFrom(...policyOutcomes).map((outcome) => new Map([['p', outcome]])),
          }),
          { maxLength: 4 },
        ),
      }),
      { selector: (stream) => stream.name, maxLength: 4 },
    ),
    policies: fc.uniqueArray(fc.record({ id: fc.constantFrom('p', 'q'), displayName: name }), {
      selector: ({ id }) => id,
      maxLength: 2,
    }),
  });
  fc.assert(
    fc.property(input, fc.constantFrom('text' as const, 'openmetrics' as const), ({ streams, policies }, format) => {
      const text = Buffer.from(writeScoutExposition({ streams, policies }, format)).toString();
      const read = parseExposition(text, format === 'text' ? 'prometheus' : format);
      const found = read.find('scout_stream_vulnerabilities');
      expect(found).toHaveLength(streams.length * severities.length);
      const total = streams.flatMap(({ images }) => images.filter((image) => image.counts === counts)).length * 15;
      expect(found.reduce((sum, { value }) => sum + value, 0)).toBe(total);
      const compliant = read.find('scout_policy_compliant_images');
      const evaluated = read.find('scout_policy_evaluated_images');
      expect(compliant).toHaveLength(streams.length * policies.length);
      expect(evaluated.map(({ labels }) => labels)).toEqual(compliant.map(({ labels }) => labels));
      evaluated.forEach(({ value }, index) => expect(value).toBeGreaterThanOrEqual(compliant[index]?.value ?? 0));
    }),
  );
});
