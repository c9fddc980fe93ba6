import { readFileSync } from 'node:fs';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exporterKeyOptions } from '../../src/commands/exporter-config-input.ts';
import { loadExporterConfig } from '../../src/config/exporter-config.ts';

/** The published schemas of the Kubernetes API and of the Prometheus Operator, as their npm packages carry them. */
const models = { Namespace, ConfigMap, DaemonSet, Service, ServiceMonitor };

type Manifest = { kind: keyof typeof models; metadata: { name: string; namespace?: string } };

function manifests(file: string): Manifest[] {
  const text = readFileSync(new URL(`../../deploy/kubernetes/${file}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function validate(manifest: Manifest): void {
  // Each class takes its own kind; which one it is, is known at run time only.
  const Model = models[manifest.kind] as new (data: unknown) => { validate(): void };
  new Model(manifest).validate();
}

const all = ['daemonset.yaml', 'servicemonitor.yaml'].flatMap((file) =>
  manifests(file).map((manifest) => ({ file, kind: manifest.kind, manifest })),
);

describe('Kubernetes manifests', () => {
  it.each(all)('$file: $kind keeps to the published schema', ({ manifest }) => {
    expect(() => validate(manifest)).not.toThrow();
  });

  it('the schema check refuses a wrong field', () => {
    const daemonSet = structuredClone(all.find(({ kind }) => kind === 'DaemonSet')?.manifest) as Manifest & {
      spec: { template: { spec: { containers: { ports: unknown }[] } } };
    };
    for (const container of daemonSet.spec.template.spec.containers) container.ports = '9200';
    expect(() => validate(daemonSet)).toThrow(/ports/);
  });

  it('the DaemonSet runs the exporter as it is configured', () => {
    const config = manifests('daemonset.yaml').find(({ kind }) => kind === 'ConfigMap') as Manifest & {
      data: Record<'config.yaml', string>;
    };
    const loaded = loadExporterConfig(
      { argv: ['--config', 'config.yaml'], env: {}, readFile: () => config.data['config.yaml'] },
      exporterKeyOptions,
    );
    if (!loaded.ok) throw new Error(loaded.faults?.join('\n'));
    const daemonSet = new DaemonSet(manifests('daemonset.yaml').find(({ kind }) => kind === 'DaemonSet'));
    const [container] = daemonSet.spec?.template.spec?.containers ?? [];
    expect(container?.ports?.[0]).toMatchObject({ name: 'metrics', containerPort: loaded.config['server.port'] });
    expect(container?.livenessProbe?.httpGet?.path).toBe(loaded.config['server.health_path']);
    expect(container?.readinessProbe?.httpGet?.path).toBe(loaded.config['server.ready_path']);
    expect(loaded.config['server.auth.exempt_health']).toBe(true);
    for (const probe of [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]) {
      expect(probe?.httpGet).toBeDefined();
      expect(probe?.timeoutSeconds).toBeGreaterThanOrEqual(5);
    }
    const socket = container?.volumeMounts?.find(({ name }) => name === 'docker-socket');
    expect(`unix://${String(socket?.mountPath)}`).toBe(loaded.config['docker.host']);
    expect(socket?.readOnly).toBe(true);
    expect(container?.resources).toEqual({
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { cpu: '50m', memory: '64Mi' },
    });
  });
});
