import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dashboardsFolder, renderDashboards } from './files.ts';

/** Writes the dashboards for Grafana: `node dashboards/generate.ts`. Files of dashboards that are no more are removed. */
const files = renderDashboards();
mkdirSync(dashboardsFolder, { recursive: true });
for (const name of readdirSync(dashboardsFolder)) {
  if (name.endsWith('.json') && !files.has(name)) rmSync(new URL(name, dashboardsFolder));
}
for (const [name, text] of files) writeFileSync(new URL(name, dashboardsFolder), text);
