import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = new URL('../../deploy/grafana/provisioning/', import.meta.url);

function load(path: string): unknown {
  return parse(readFileSync(new URL(path, folder), 'utf8'));
}

test('Prometheus is the data source that the dashboards begin with', () => {
  const { datasources } = load('datasources/prometheus.yaml') as { datasources: Record<string, unknown>[] };
  expect(datasources).toEqual([
    expect.objectContaining({
      type: 'prometheus',
      uid: 'prometheus',
      isDefault: true,
      jsonData: expect.objectContaining({ timeInterval: expect.stringMatching(/^\d+s$/) }),
    }),
  ]);
});

test('the dashboards are loaded from one folder', () => {
  const { providers } = load('dashboards/tallyman.yaml') as { providers: Record<string, unknown>[] };
  expect(providers).toEqual([
    expect.objectContaining({ type: 'file', allowUiUpdates: false, options: { path: '/etc/grafana/dashboards' } }),
  ]);
});
