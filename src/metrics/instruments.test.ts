import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { writeExposition } from './exposition.ts';
import { createCounter, createHistogram } from './instruments.ts';
import { defineMetric } from './metric.ts';
import { createSamples, type Samples } from './samples.ts';

const rest = { help: 'Help.', when: 'always', source: 'a test' } as const;
const done = defineMetric({ ...rest, name: 'done_total', type: 'counter', labels: ['what'] });
const took = defineMetric({ ...rest, name: 'took_seconds', type: 'histogram', buckets: [0.005, 1, 2.5] });

function collected(fill: (samples: Samples) => void): Samples {
  const samples = createSamples();
  fill(samples);
  return samples;
}

test('a counter counts by label set, and what it has no room for it counts apart', () => {
  const counter = createCounter(done, 2);
  counter.add('what="a"');
  counter.add('what="a"', 2);
  counter.add('what="b"', 0);
  counter.add('what="c"');
  counter.add('what="a"', Number.NaN);
  counter.add('what="a"', -1);
  const [family] = collected((samples) => counter.collect(samples)).families();
  expect(family?.[1]).toEqual({ labels: ['what="a"', 'what="b"'], values: [3, 0] });
  expect(counter.refused()).toBe(1);
  counter.forget('what="a"');
  counter.add('what="c"');
  const [after] = collected((samples) => counter.collect(samples, (labels) => labels !== 'what="b"')).families();
  expect(after?.[1]).toEqual({ labels: ['what="c"'], values: [1] });
});

test('a histogram, in both formats', () => {
  const histogram = createHistogram(took, 5);
  for (const value of [0.001, 0.005, 0.006, 1, 2.5, 2.6, Number.NaN]) histogram.observe('host="a"', value);
  const samples = collected((set) => histogram.collect(set));
  expect(samples.size()).toBe(1);
  expect(writeExposition(samples, { format: 'text', namespace: 'ns', globalLabels: 'at="x"' })).toBe(
    `# HELP ns_took_seconds Help.
# TYPE ns_took_seconds histogram
ns_took_seconds_bucket{host="a",at="x",le="0.005"} 2
ns_took_seconds_bucket{host="a",at="x",le="1"} 4
ns_took_seconds_bucket{host="a",at="x",le="2.5"} 5
ns_took_seconds_bucket{host="a",at="x",le="+Inf"} 6
ns_took_seconds_sum{host="a",at="x"} 6.112
ns_took_seconds_count{host="a",at="x"} 6
`,
  );
  expect(writeExposition(samples, { format: 'openmetrics', namespace: '', globalLabels: '' })).toBe(
    `# HELP took_seconds Help.
# TYPE took_seconds histogram
# UNIT took_seconds seconds
took_seconds_bucket{host="a",le="0.005"} 2
took_seconds_bucket{host="a",le="1.0"} 4
took_seconds_bucket{host="a",le="2.5"} 5
took_seconds_bucket{host="a",le="+Inf"} 6
took_seconds_sum{host="a"} 6.112
took_seconds_count{host="a"} 6
# EOF
`,
  );
});

test('whatever is observed: buckets never fall, the last is the count, and later observations change no earlier samples', () => {
  const property = fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
    const histogram = createHistogram(took, 5);
    const before = createSamples();
    histogram.observe('', 1);
    histogram.collect(before);
    const text = writeExposition(before, { format: 'text', namespace: '', globalLabels: '' });
    for (const value of values) histogram.observe('', value);
    expect(writeExposition(before, { format: 'text', namespace: '', globalLabels: '' })).toBe(text);
    const samples = createSamples();
    samples.append(collected((set) => histogram.collect(set)));
    const read = parseExposition(
      writeExposition(samples, { format: 'openmetrics', namespace: '', globalLabels: '' }),
      'openmetrics',
    );
    const counts = read.find('took_seconds_bucket').map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBe(values.length + 1);
    expect(read.value('took_seconds_count')).toBe(values.length + 1);
    expect(read.value('took_seconds_bucket', { le: '1.0' })).toBe(values.filter((value) => value <= 1).length + 1);
  });
  fc.assert(property);
});
