import { describe, expect, it } from 'vitest';
import { parseExposition } from './exposition-parser.ts';

const head = '# HELP a_b Some help.\n# TYPE a_b gauge\n';

describe('the Prometheus text format', () => {
  it('gives families with their samples', () => {
    const { families } = parseExposition(
      '# HELP c_total Line one\\nback\\\\slash "as is".\n# TYPE c_total counter\nc_total 3\n\n# a comment\n# TYPE g gauge\ng{x="1",y=""} -1.5e3 1700000000123\n',
      'prometheus',
    );
    expect([...families.values()]).toEqual([
      {
        name: 'c_total',
        help: 'Line one\nback\\slash "as is".',
        type: 'counter',
        samples: [{ name: 'c_total', labels: {}, value: 3 }],
      },
      {
        name: 'g',
        type: 'gauge',
        samples: [{ name: 'g', labels: { x: '1', y: '' }, value: -1500, timestamp: 1_700_000_000.123 }],
      },
    ]);
  });

  it('finds samples by name and labels', () => {
    const exposition = parseExposition(`${head}a_b{x="1",y="1"} 1\na_b{x="1",y="2"} 2\n`, 'prometheus');
    expect(exposition.find('a_b', { x: '1' })).toHaveLength(2);
    expect(exposition.value('a_b', { y: '2' })).toBe(2);
    expect(exposition.value('a_b', { y: '3' })).toBeUndefined();
    expect(() => exposition.value('a_b', { x: '1' })).toThrow('2 samples');
  });

  it('resolves the escapes of label values', () => {
    const { value } = parseExposition(String.raw`${head}a_b{x="q\" b\\ n\n }, ü"} 1` + '\n', 'prometheus');
    expect(value('a_b', { x: 'q" b\\ n\n }, ü' })).toBe(1);
  });

  it.each([
    ['NaN', Number.NaN],
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['1.', 1],
    ['.5', 0.5],
    ['+3E-2', 0.03],
  ])('reads the value %s', (text, value) => {
    expect(parseExposition(`${head}a_b ${text}\n`, 'prometheus').value('a_b')).toBe(value);
  });

  it('knows the samples of histograms and summaries', () => {
    const text =
      '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 2\nh_count 1\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 1\n';
    expect([...parseExposition(text, 'prometheus').families.keys()]).toEqual(['h', 's']);
  });

  it.each([
    ['no end of the last line', `${head}a_b 1`, 'does not end'],
    ['a carriage return', `${head}a_b 1\r\n`, 'carriage return'],
    ['a sample without TYPE', 'a_b 1\n', 'no TYPE'],
    ['HELP alone', '# HELP a_b x\n', 'no TYPE of a_b'],
    ['HELP alone before samples', '# HELP a_b x\na_b 1\n', 'no TYPE of a_b'],
    ['another name than the family', `${head}a_c 1\n`, 'no TYPE before a_c'],
    ['a name that only starts like the family', `${head}a_b_sum 1\n`, 'no sample of the gauge'],
    ['two TYPE lines', `${head}# TYPE a_b gauge\n`, 'TYPE of a_b twice'],
    ['TYPE behind the samples', '# TYPE a gauge\na 1\n# HELP a x\n', 'HELP of a behind its samples'],
    ['an unknown type', '# TYPE a_b info\n', 'unknown type'],
    ['an unknown spacing', '#  TYPE a_b gauge\n', 'not a descriptor'],
    ['a series twice', `${head}a_b{x="1",y="2"} 1\na_b{y="2",x="1"} 1\n`, 'line 4: a series twice'],
    ['interleaved families', '# TYPE a gauge\na 1\n# TYPE c gauge\nc 1\n# TYPE a gauge\n', 'not together'],
    ['a family taken up again', '# TYPE a gauge\n# TYPE b gauge\na 1\n', 'no TYPE before a'],
    ['a label twice', `${head}a_b{x="1",x="2"} 1\n`, 'label x twice'],
    ['a label __name__', `${head}a_b{__name__="x"} 1\n`, 'label __name__'],
    ['a bad label name', `${head}a_b{x-y="1"} 1\n`, 'not a label'],
    ['a bad metric name', '# TYPE 1a gauge\n', 'bad metric name'],
    ['a bad escape', `${head}a_b{x="\\t"} 1\n`, 'bad escape'],
    ['a quote escape in HELP', '# HELP a \\"\n# TYPE a gauge\n', 'bad escape'],
    ['a label value without an end', `${head}a_b{x="1} 1\n`, 'without an end'],
    ['a comma at the end of the labels', `${head}a_b{x="1",} 1\n`, 'not a label'],
    ['no comma between labels', `${head}a_b{x="1"y="2"} 1\n`, 'neither comma nor brace'],
    ['no value', `${head}a_b\n`, 'not a number'],
    ['two spaces', `${head}a_b  1\n`, 'not a number'],
    ['something behind the timestamp', `${head}a_b 1 2 3\n`, 'one space'],
    ['a fraction of a millisecond', `${head}a_b 1 2.5\n`, 'whole milliseconds'],
    ['a value in hexadecimal', `${head}a_b 0x10\n`, 'not a number'],
    ['a value in words', `${head}a_b undefined\n`, 'not a number'],
    ['Infinity', `${head}a_b Infinity\n`, 'not a number'],
    ['a counter below zero', '# TYPE a counter\na -1\n', 'below zero'],
    ['a counter that is no number', '# TYPE a counter\na NaN\n', 'below zero'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseExposition(text, 'prometheus')).toThrow(message);
  });
});

describe('OpenMetrics', () => {
  it('gives families with their units and samples', () => {
    const { families } = parseExposition(
      '# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds A \\"quote\\".\na_seconds_total{x="1"} 1\n# TYPE b info\nb_info{v="1"} 1 1.5\n# EOF\n',
      'openmetrics',
    );
    expect([...families.values()]).toEqual([
      {
        name: 'a_seconds',
        type: 'counter',
        unit: 'seconds',
        help: 'A "quote".',
        samples: [{ name: 'a_seconds_total', labels: { x: '1' }, value: 1 }],
      },
      { name: 'b', type: 'info', samples: [{ name: 'b_info', labels: { v: '1' }, value: 1, timestamp: 1.5 }] },
    ]);
  });

  it.each([
    ['no end mark', '# TYPE a gauge\na 1\n', '# EOF'],
    ['something behind the end mark', '# EOF\n# TYPE a gauge\n', '# EOF'],
    ['an end mark in the middle', '# EOF\n# EOF\n', 'not a descriptor'],
    ['an empty line', '# TYPE a gauge\n\na 1\n# EOF\n', 'empty line'],
    ['a comment', '# hello\n# EOF\n', 'not a descriptor'],
    ['a counter named with _total', '# TYPE a_total counter\na_total_total 1\n# EOF\n', 'without _total'],
    ['a counter sample without _total', '# TYPE a counter\na 1\n# EOF\n', 'no sample of the counter'],
    ['an untyped family', '# TYPE a untyped\na 1\n# EOF\n', 'unknown type'],
    ['an info that is not 1', '# TYPE a info\na_info 0\n# EOF\n', 'not 1'],
    ['a unit that is not in the name', '# TYPE a gauge\n# UNIT a bytes\n# EOF\n', 'does not end with its unit'],
    ['a bad escape', '# TYPE a gauge\na{x="\\d"} 1\n# EOF\n', 'bad escape'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseExposition(text, 'openmetrics')).toThrow(message);
  });

  it('does without a line feed behind the end mark', () => {
    expect(parseExposition('# EOF', 'openmetrics').families.size).toBe(0);
  });
});
