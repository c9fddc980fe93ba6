import { alerts, loadRuleGroups, toRulePath, type Rule, type RuleFileName } from './rule-files.ts';
import { toNotation, type Segment } from './timeline.ts';

export type Labels = Readonly<Record<string, string>>;

export interface InputSeries {
  name: string;
  labels: Labels;
  values: readonly Segment[];
}

interface CommonCase {
  title: string;
  /** The scrape intervals to try, in seconds; 15 alone by default. */
  every?: readonly number[];
  input: readonly InputSeries[];
}

export interface AlertCase extends CommonCase {
  alerts: readonly string[];
  /** Minutes at which the alerts do not fire. */
  silent?: readonly number[];
  fires?: readonly { at: number; labels: Labels; summary: string; description: string }[];
}

export interface RecordingCase extends CommonCase {
  record: string;
  /** Minutes, and what is recorded then, rounded to 0.001. */
  samples: readonly { at: number; is: readonly { labels: Labels; value: number }[] }[];
}

/** The scrape intervals at which everything with a rate, a range or a `for` is to be right. */
export const allIntervals = [15, 30, 60] as const;

export interface CaseSet {
  /** The files whose rules take part: the fewer, the faster. */
  ruleFiles: readonly RuleFileName[];
  cases: readonly (AlertCase | RecordingCase)[];
}

/** A file for `promtool test rules`; JSON is YAML too. */
export function toTestFile({ ruleFiles, cases }: CaseSet): string {
  const groups = ruleFiles.flatMap((file) => loadRuleGroups(file));
  return JSON.stringify({
    rule_files: ruleFiles.map(toRulePath),
    evaluation_interval: '1m',
    group_eval_order: groups.map(({ name }) => name),
    tests: cases.flatMap((one) => (one.every ?? [15]).map((every) => toTest(one, every))),
  });
}

function toTest(one: AlertCase | RecordingCase, every: number): object {
  const rule = 'record' in one ? one.record : one.alerts.length > 1 ? 'alerts' : (one.alerts[0] ?? '');
  return {
    name: `${rule}: ${one.title}, scraped every ${String(every)} s`,
    interval: `${String(every)}s`,
    input_series: one.input.map(({ name, labels, values }) => ({
      series: `${name}{${toText(labels)}}`,
      values: toNotation(values, every),
    })),
    ...('record' in one ? { promql_expr_test: toExpressionTests(one) } : { alert_rule_test: toAlertTests(one) }),
  };
}

function toExpressionTests({ record, samples }: RecordingCase): object[] {
  return samples.map(({ at, is }) => ({
    expr: `round(${record}, 0.001)`,
    eval_time: toDuration(at),
    exp_samples: is.map(({ labels, value }) => ({ labels: `{${toText(labels)}}`, value })),
  }));
}

function toAlertTests({ alerts, silent = [], fires = [] }: AlertCase): object[] {
  return alerts.flatMap((alertname) => [
    ...silent.map((at) => ({ alertname, eval_time: toDuration(at), exp_alerts: [] })),
    ...fires.map(({ at, labels, summary, description }) => {
      const { labels: own, annotations } = findAlert(alertname);
      return {
        alertname,
        eval_time: toDuration(at),
        exp_alerts: [
          {
            exp_labels: withoutEmpty({ ...labels, ...own }),
            exp_annotations: { ...annotations, summary, description },
          },
        ],
      };
    }),
  ]);
}

function findAlert(name: string): Rule {
  const found = alerts.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`no alert ${name}`);
  return found;
}

/** An empty label is none, in Prometheus' eyes. */
function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

function toText(labels: Labels): string {
  return Object.entries(withoutEmpty(labels))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

function toDuration(minutes: number): string {
  return `${String(Math.round(minutes * 60))}s`;
}
