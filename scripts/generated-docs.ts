import { configDocs } from './docs-config.ts';
import { metricsDocs } from './docs-metrics.ts';
import { serverConfigDocs, serverExample } from './docs-server-config.ts';

/** The docs that are derived from the code, by their path in the project. */
export function generatedDocs(): { path: string; text: string }[] {
  return [
    { path: 'docs/metrics.md', text: metricsDocs() },
    { path: 'docs/config.md', text: configDocs() },
    { path: 'docs/server-config.md', text: serverConfigDocs() },
    { path: 'server.example.yaml', text: serverExample() },
  ];
}
