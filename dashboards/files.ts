import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { containerBoard } from './container.ts';
import { engine } from './engine.ts';
import { exporter } from './exporter.ts';
import { overview } from './overview.ts';
import { policies } from './policies.ts';
import { projectBoard } from './project.ts';
import { supplyChain } from './supply-chain.ts';

/** Every dashboard, in the order of the list above them. */
export const dashboards: readonly Dashboard[] = [
  overview,
  containerBoard,
  projectBoard,
  engine,
  exporter,
  supplyChain,
  policies,
];

/** The folder that Grafana's provisioning reads. */
export const dashboardsFolder = new URL('../deploy/grafana/dashboards/', import.meta.url);

/** The text of each dashboard's file, by the file's name. */
export function renderDashboards(): Map<string, string> {
  return new Map(
    dashboards.map((dashboard) => [`${dashboard.uid ?? ''}.json`, `${JSON.stringify(dashboard, undefined, 2)}\n`]),
  );
}
