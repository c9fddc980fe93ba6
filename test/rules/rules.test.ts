import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import { selfMetrics } from '../../src/collectors/self.ts';
import { engineMetricsMetrics } from '../../src/exporter/engine-metrics.ts';
import { imageMetrics } from '../../src/supply-chain/exposition/image-metrics.ts';
import { scoutMetrics } from '../../src/supply-chain/exposition/scout-samples.ts';
import { caseSets } from './case-sets.ts';
import { metricsOf } from './promql-metrics.ts';
import type { AlertCase, RecordingCase } from './rule-case.ts';
import { alerts, rules } from './rule-files.ts';

const cases = Object.values(caseSets).flatMap((set) => set.cases);
const alertCases = cases.filter((one): one is AlertCase => 'alerts' in one);
const recordingCases = cases.filter((one): one is RecordingCase => 'record' in one);

describe.each(alerts)('alert $name', ({ name, labels, annotations, expr }) => {
  test('has a severity, a summary with the name of what it is about, and a description with the value', () => {
    expect(labels['severity']).toMatch(/^(critical|warning|info)$/);
    if (!expr.startsWith('absent(')) expect(annotations['summary']).toMatch(subjectOf(name));
    expect(annotations['description']).toMatch(/\{\{ \$value( \| \w+)? \}\}/);
  });

  test('has its section in docs/alerts.md', () => {
    expect(annotations['runbook']).toBe(`docs/alerts.md#${name.toLowerCase()}`);
    expect(headings('docs/alerts.md')).toContain(name);
  });

  test('has cases in which it fires and in which it does not', () => {
    const own = alertCases.filter((one) => one.alerts.includes(name));
    expect(own.some(({ fires = [] }) => fires.length > 0)).toBe(true);
    expect(own.some(({ fires = [], silent = [] }) => fires.length === 0 && silent.length > 0)).toBe(true);
  });

  test('is seen to fire at 15, 30 and 60 s', () => {
    const fires = alertCases.filter((one) => one.alerts.includes(name) && (one.fires ?? []).length > 0);
    expect(fires.flatMap(({ every = [15] }) => every)).toEqual(expect.arrayContaining([15, 30, 60]));
  });
});

describe.each(rules.filter(({ isAlert }) => !isAlert))('recorded $name', ({ name }) => {
  test('is named level:metric:operation', () => {
    expect(name).toMatch(/^[a-z_]+:[a-z_]+:[a-z0-9_]+$/);
  });

  test('has cases with and without a result, at 15, 30 and 60 s', () => {
    const own = recordingCases.filter((one) => one.record.includes(name));
    const isEmpty = ({ samples }: RecordingCase): boolean => samples.every(({ is }) => is.length === 0);
    expect(own.some(isEmpty)).toBe(true);
    expect(own.filter((one) => !isEmpty(one)).flatMap(({ every = [15] }) => every)).toEqual(expect.arrayContaining([15, 30, 60])); // prettier-ignore
  });
});

test('docs/alerts.md has no sections of alerts that are not there', () => {
  const named = headings('docs/alerts.md').filter((text) =>
    /^(Container|Tallyman|Engine|SupplyChain)[A-Z]\w+$/.test(text),
  );
  expect(named.toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
});

test('every metric of a rule is one that the exporter or the server declares, the engine has, Prometheus makes, or a rule records', () => {
  const known = new Set([
    ...[
      ...collectors.flatMap(({ metrics }) => metrics),
      ...[...selfMetrics, ...engineMetricsMetrics, ...scoutMetrics, ...imageMetrics],
    ].map(({ name }) => name),
    ...engineFamilies(),
    ...rules.filter(({ isAlert }) => !isAlert).map(({ name }) => name),
    'up',
  ]);
  const used = rules.flatMap(({ name, expr }) => metricsOf(expr).map((metric) => ({ rule: name, metric })));
  expect(used.filter(({ metric }) => !known.has(metric))).toEqual([]);
  expect(used.length).toBeGreaterThan(rules.length);
});

test('every selector says which job it means', () => {
  const bare = rules.flatMap(({ name, expr }) =>
    metricsOf(expr)
      .filter((metric) => !metric.includes(':')) // what is recorded has the job of what it is made of
      .filter((metric) => new RegExp(`\\b${metric}\\b(?!\\{job=)`).test(expr))
      .map((metric) => `${name}: ${metric}`),
  );
  expect(bare).toEqual([]);
});

/** What an alert is about. */
function subjectOf(name: string): RegExp {
  if (name.startsWith('Container')) return /\{\{ \$labels\.container_name \}\}/;
  return name.startsWith('SupplyChain') ? /\{\{ \$labels\.(?:job|org) \}\}/ : /\{\{ \$labels\.instance \}\}/;
}

function engineFamilies(): string[] {
  return readFileSync(join(import.meta.dirname, 'engine-families.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ')[0] ?? '');
}

function headings(file: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
}
