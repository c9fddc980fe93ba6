import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { writeExposition, type ExpositionFormat } from './exposition.ts';
import { labelText } from './labels.ts';
import { defineMetric, type Metric } from './metric.ts';
import { createSamples } from './samples.ts';

const rest = { when: 'always', source: 'a test' } as const;
const heat = defineMetric({ ...rest, name: 'heat', type: 'gauge', help: 'Back\\slash,\nline and "quote".' });
const busy = defineMetric({ ...rest, name: 'busy_seconds_total', type: 'counter', help: 'Time.' });
const size = defineMetric({ ...rest, name: 'size_bytes', type: 'gauge', help: 'Size.' });

test('the text format', () => {
  const samples = createSamples();
  samples.add(heat, labelText([['at', 'a "b"\\\n']]), -1.5);
  samples.add(busy, '', 2e21);
  samples.add(size, '', Number.POSITIVE_INFINITY);
  expect(writeExposition(samples, { format: 'text', namespace: '', globalLabels: '' })).toBe(
    String.raw`# HELP heat Back\\slash,\nline and "quote".
# TYPE heat gauge
heat{at="a \"b\"\\\n"} -1.5
# HELP busy_seconds_total Time.
# TYPE busy_seconds_total counter
busy_seconds_total 2e+21
# HELP size_bytes Size.
# TYPE size_bytes gauge
size_bytes +Inf
`,
  );
});

test('OpenMetrics: families of counters without _total, units, an end; a namespace and global labels', () => {
  const samples = createSamples();
  samples.add(heat, labelText([['at', 'x']]), 1);
  samples.add(busy, '', 2);
  samples.add(size, '', Number.NEGATIVE_INFINITY);
  const globalLabels = labelText([['host', 'dock 1']]);
  expect(writeExposition(samples, { format: 'openmetrics', namespace: 'ns', globalLabels })).toBe(
    String.raw`# HELP ns_heat Back\\slash,\nline and \"quote\".
# TYPE ns_heat gauge
ns_heat{at="x",host="dock 1"} 1
# HELP ns_busy_seconds Time.
# TYPE ns_busy_seconds counter
# UNIT ns_busy_seconds seconds
ns_busy_seconds_total{host="dock 1"} 2
# HELP ns_size_bytes Size.
# TYPE ns_size_bytes gauge
# UNIT ns_size_bytes bytes
ns_size_bytes{host="dock 1"} -Inf
# EOF
`,
  );
});

test('without samples there are no families', () => {
  const samples = createSamples();
  expect(writeExposition(samples, { format: 'text', namespace: '', globalLabels: '' })).toBe('');
  expect(writeExposition(samples, { format: 'openmetrics', namespace: '', globalLabels: '' })).toBe('# EOF\n');
});

/** Any text, with the characters that are hard to print well more often than chance has them. */
const nasty = fc.constantFrom(
  '"',
  '\\',
  '\n',
  '\r',
  '\r\n',
  '\0',
  '\t',
  '{',
  '}',
  ',',
  '=',
  '#',
  '\u2028',
  '\ud800',
  'é',
  '😀',
);
const labelValue = fc.oneof(
  fc.string({ unit: fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 1 })) }),
  fc.string({ unit: 'binary' }),
);
const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/).filter((name) => !name.startsWith('__'));
const series = fc.record({
  labels: fc.uniqueArray(fc.tuple(labelName, labelValue), { selector: ([name]) => name, maxLength: 5 }),
  value: fc.double({ noNaN: true }),
});

test.each<ExpositionFormat>(['text', 'openmetrics'])('%s: whatever is written can be read back', (format) => {
  const property = fc.property(
    fc.constantFrom(heat, busy, size),
    series,
    labelValue,
    fc.constantFrom('', 'ns', 'a_b'),
    (metric, { labels, value }, host, namespace) => {
      // Global labels have names that no metric has: the configuration sees to that.
      const globalLabels = labelText([['__host', host]]);
      const number = metric.type === 'counter' ? Math.abs(value) : value;
      const text = writeOne(metric, labelText(labels), number, { format, namespace, globalLabels });
      const bytes = Buffer.from(text, 'utf8').toString('utf8');
      const read = parseExposition(bytes, format === 'text' ? 'prometheus' : format);
      const name = namespace === '' ? metric.name : `${namespace}_${metric.name}`;
      expect(read.find(name)).toEqual([
        { name, labels: toUtf8({ ...Object.fromEntries(labels), __host: host }), value: number === 0 ? 0 : number },
      ]);
      expect(read.families.values().next().value?.help).toBe(metric.help);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

function writeOne(
  metric: Metric,
  labels: string,
  value: number,
  options: Parameters<typeof writeExposition>[1],
): string {
  const samples = createSamples();
  samples.add(metric, labels, value);
  return writeExposition(samples, options);
}

/** Lone surrogates have no bytes in UTF-8; all else stays as it is. */
function toUtf8(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value.toWellFormed()]));
}
