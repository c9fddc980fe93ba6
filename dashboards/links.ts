import type { VariableName } from './promql.ts';

/** Dashboards by the end of their uid. */
export type DashboardName = ContainerDashboard | SupplyChainDashboard;

type ContainerDashboard = 'overview' | 'container' | 'project' | 'engine' | 'exporter';
type SupplyChainDashboard = 'supply-chain' | 'policies';

export const tag = 'tallyman';

export function uidOf(name: DashboardName): string {
  return `tallyman-${name}`;
}

export interface LinkTarget {
  title: string;
  dashboard: DashboardName;
  /** Variables there, set from the columns of the row that was clicked. The others show all. */
  columns: Partial<Record<VariableName, string>>;
}

/** The address of a dashboard for a row of a table, with the same data source and time. */
export function urlOf({ dashboard, columns }: LinkTarget): string {
  const narrowing = isSupplyChain(dashboard) ? [] : containerVariables;
  const values = Object.entries(columns).map(
    ([name, column]) => [name, `\${__data.fields["${column}"]:percentencode}`] as const,
  );
  const all = narrowing.filter((name) => !(name in columns)).map((name) => [name, 'All'] as const);
  const query = [...values, ...all].map(([name, value]) => `var-${name}=${value}`);
  return `/d/${uidOf(dashboard)}?${['${datasource:queryparam}', ...query, '${__url_time_range}'].join('&')}`;
}

const containerVariables: readonly VariableName[] = ['project', 'service', 'container'];

function isSupplyChain(name: DashboardName): name is SupplyChainDashboard {
  return name === 'supply-chain' || name === 'policies';
}
