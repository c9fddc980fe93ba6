import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Rule {
  /** The alert's name, or the recorded series'. */
  name: string;
  isAlert: boolean;
  expr: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  name: string;
  rules: readonly Rule[];
}

export const prometheusFolder = join(import.meta.dirname, '../../deploy/prometheus');

/** In this order the rules are evaluated in tests: alerts use what is recorded. */
export const ruleFileNames = [
  'recording.yml',
  'containers.yml',
  'exporter.yml',
  'engine.yml',
  'supply-chain.yml',
] as const;
export type RuleFileName = (typeof ruleFileNames)[number];

export function toRulePath(name: RuleFileName): string {
  return join(prometheusFolder, 'rules', name);
}

interface RuleText {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export function loadRuleGroups(file: RuleFileName): RuleGroup[] {
  const { groups } = parse(readFileSync(toRulePath(file), 'utf8')) as { groups: { name: string; rules: RuleText[] }[] };
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.map(({ alert, record, expr, labels = {}, annotations = {} }) => ({
      name: alert ?? record ?? '',
      isAlert: alert !== undefined,
      expr,
      labels,
      annotations,
    })),
  }));
}

export const rules: readonly Rule[] = ruleFileNames.flatMap(loadRuleGroups).flatMap((group) => group.rules);

export const alerts: readonly Rule[] = rules.filter(({ isAlert }) => isAlert);
