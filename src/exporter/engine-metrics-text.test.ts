import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { joinExposition, toEngineText, type EngineTextOptions } from './engine-metrics-text.ts';

const options: EngineTextOptions = { format: 'text', namespace: '', globalLabels: '', taken: new Set() };
const folder = new URL('../../test/plugin/recorded/', import.meta.url);
const recorded = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

describe.each(recorded)('%s', (_, text) => {
  it('keeps every family of the engine, and none of its process', () => {
    const out = toEngineText(text, options);
    const kept = text.split('\n').filter((line) => !/^(?:# (?:HELP|TYPE) )?(?:go|process|promhttp)_/.test(line));
    expect(out.split('\n')).toEqual(kept);
    expect(parseExposition(out, 'prometheus').families.size).toBeGreaterThan(30);
  });

  it('says the same in OpenMetrics', () => {
    const plain = parseExposition(toEngineText(text, options), 'prometheus');
    const open = parseExposition(`${toEngineText(text, { ...options, format: 'openmetrics' })}# EOF\n`, 'openmetrics');
    const samplesOf = (from: typeof plain): unknown[] => [...from.families.values()].flatMap(({ samples }) => samples);
    expect(samplesOf(open)).toEqual(samplesOf(plain));
  });

  it('takes a namespace and global labels', () => {
    const out = toEngineText(text, { ...options, namespace: 'ns', globalLabels: 'site="a",action="mine"' });
    const exposition = parseExposition(out, 'prometheus');
    expect([...exposition.families.keys()].every((name) => name.startsWith('ns_'))).toBe(true);
    const [start] = exposition.find('ns_engine_daemon_container_actions_seconds_count', { action: 'start' });
    expect(start?.labels).toEqual({ action: 'start', site: 'a' });
    expect(exposition.find('ns_engine_daemon_engine_cpus_cpus')[0]?.labels).toEqual({ site: 'a', action: 'mine' });
  });
});

it('leaves out what the exporter has itself', () => {
  const text = '# TYPE a_total counter\na_total 1\n# TYPE b gauge\nb 1\n# TYPE c gauge\nc 1\n';
  const taken = new Set(['a_total', 'b_total']);
  expect(toEngineText(text, { ...options, taken })).toBe('# TYPE c gauge\nc 1\n');
});

it.each([
  ['# HELP c x "y"\n# TYPE c counter\nc 1\n', '# HELP c x \\"y\\"\n# TYPE c unknown\nc 1\n'],
  ['# HELP d_total x\n# TYPE d_total counter\nd_total 1 1500\n', '# HELP d x\n# TYPE d counter\nd_total 1 1.5\n'],
  ['plain{a="}",b="\\"",} 1\n', '# TYPE plain unknown\nplain{a="}",b="\\""} 1\n'],
  ['# TYPE e untyped\ne NaN\n', '# TYPE e unknown\ne NaN\n'],
])('%j in OpenMetrics', (text, open) => {
  expect(toEngineText(text, { ...options, format: 'openmetrics' })).toBe(open);
});

it('leaves out lines that are no exposition', () => {
  const text = 'a 1\n\n# comment\n<html>\nb{x="1" 2\nc{x="1"} 2\n# TYPE d gauge\n';
  expect(toEngineText(text, options)).toBe('# TYPE a untyped\na 1\n# TYPE c untyped\nc{x="1"} 2\n');
});

it('goes before the end of OpenMetrics', () => {
  expect(joinExposition('a 1\n# EOF\n', 'b 2\n', 'openmetrics')).toBe('a 1\nb 2\n# EOF\n');
  expect(joinExposition('a 1\n', 'b 2\n', 'text')).toBe('a 1\nb 2\n');
  expect(joinExposition('a 1\n# EOF\n', '', 'openmetrics')).toBe('a 1\n# EOF\n');
});
