import { readdirSync, readFileSync } from 'node:fs';
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';

export const folder = new URL('../../deploy/grafana/dashboards/', import.meta.url);

/** A dashboard as it lies in the folder that Grafana reads. */
export interface DashboardFile {
  name: string;
  text: string;
  dashboard: Dashboard;
}

export function loadDashboards(): DashboardFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return { name, text, dashboard: JSON.parse(text) as Dashboard };
  });
}

/** The panels that show something: all but the rows' headings. */
export function panelsOf({ panels = [] }: Dashboard): Panel[] {
  return panels.filter((panel) => !isRow(panel));
}

export function rowsOf({ panels = [] }: Dashboard): RowPanel[] {
  return panels.filter(isRow);
}

export function variablesOf(dashboard: Dashboard): VariableModel[] {
  return dashboard.templating.list ?? [];
}

export function queriesOf(panel: Panel): Dataquery[] {
  return (panel.targets ?? []) as Dataquery[];
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}
