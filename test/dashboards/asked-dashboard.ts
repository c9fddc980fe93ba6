import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { VariableType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { PrometheusProcess, QueryResult } from '../support/prometheus-process.ts';
import { panelsOf, queriesOf, variablesOf } from './dashboard-files.ts';
import { interpolate, parseLabelValues, type Raw } from './grafana-variables.ts';

/** What a user chose, by the variables' names; All, or the first value where there is no All, for those not named. */
export type Choices = Readonly<Record<string, readonly string[]>>;
export type Values = Record<string, Raw | readonly string[]>;

/** What Grafana makes of its own variables with an hour's range on a screen, scaled down to seconds. */
const builtIn: Values = {
  __rate_interval: { raw: '10s' },
  __interval: { raw: '2s' },
  __range: { raw: '60s' },
};

export interface Answer {
  dashboard: string;
  panel: Panel;
  query: Dataquery;
  /** The series that have a value. */
  series: QueryResult[];
  error: string | undefined;
}

/** Asks the queries of the variables, each with the values of those before it. Throws when a chosen value is not offered. */
export async function loadValues(
  prometheus: PrometheusProcess,
  dashboard: Dashboard,
  choices: Choices,
): Promise<Values> {
  const values: Values = { ...builtIn };
  for (const variable of variablesOf(dashboard)) {
    if (variable.type === VariableType.Datasource) continue;
    const offered = await loadOffered(prometheus, dashboard, variable, values);
    const chosen = choices[variable.name];
    const missing = chosen?.filter((value) => !offered.includes(value)) ?? [];
    if (missing.length > 0)
      throw new Error(`${String(dashboard.title)}: ${variable.name} does not offer ${missing.join()}`);
    values[variable.name] = chosen ?? allOf(variable, offered);
  }
  return values;
}

async function loadOffered(
  prometheus: PrometheusProcess,
  dashboard: Dashboard,
  variable: VariableModel,
  values: Values,
): Promise<string[]> {
  const { series, label } = parseLabelValues((variable.query as { query: string }).query);
  const answer = await prometheus.query(`group by (${label}) (${interpolate(series, values)})`);
  const offered = answer.map(({ labels }) => labels[label] ?? '').filter((value) => value !== '');
  if (offered.length === 0) throw new Error(`${String(dashboard.title)}: the variable ${variable.name} has no values`);
  return offered;
}

function allOf(variable: VariableModel, offered: readonly string[]): Raw | readonly string[] {
  if (variable.includeAll !== true) return offered.slice(0, 1);
  return variable.allValue === undefined ? offered : { raw: variable.allValue };
}

/** Asks every query of every panel. */
export async function askDashboard(
  prometheus: PrometheusProcess,
  dashboard: Dashboard,
  choices: Choices,
): Promise<Answer[]> {
  const values = await loadValues(prometheus, dashboard, choices);
  const answers: Answer[] = [];
  for (const panel of panelsOf(dashboard)) {
    for (const query of queriesOf(panel)) {
      answers.push({ dashboard: dashboard.title ?? '', panel, query, ...(await ask(prometheus, query, values)) });
    }
  }
  return answers;
}

async function ask(
  prometheus: PrometheusProcess,
  query: Dataquery,
  values: Values,
): Promise<Pick<Answer, 'series' | 'error'>> {
  const promql = interpolate(query.expr, values);
  // As a range query does, at every point of the time shown; NaN, which Grafana leaves out, is no value.
  const shown = query.range === true ? `last_over_time((${promql})[20s:2s])` : promql;
  try {
    const series = await prometheus.query(shown);
    return { series: series.filter(({ value }) => !Number.isNaN(value)), error: undefined };
  } catch (error) {
    return { series: [], error: String(error) };
  }
}

/** Where a query is to be found. */
export function placeOf({ dashboard, panel, query }: Answer): string {
  return `${dashboard} / ${panel.title ?? ''} (${String(panel.id)}) / ${query.refId ?? ''}: ${query.expr}`;
}
