import { createFakeEngine, type FakeEngine } from '../../../test/support/fake-engine.ts';
import { loadRecordedAnswers } from '../../../test/support/recorded-answers.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog, type Log } from '../../base/log.ts';
import { createExporter, type Exporter } from '../../exporter/create-exporter.ts';
import { createAgentCollector } from '../agent-metrics.ts';
import { createAgent, type Agent } from '../create-agent.ts';
import { planStart, type GivenLine } from '../start-plan.ts';
import { openStateFolder } from '../state/state-folder.ts';

/** An agent with a real exporter before an engine that answers from recordings. */
export interface TlsAgent {
  agent: Agent;
  exporter: Exporter;
  engine: FakeEngine;
  /** What its metrics page says. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export async function startTlsAgent(
  data: string,
  line: Partial<GivenLine>,
  { engine: given, log = silentLog() }: { engine?: FakeEngine; log?: Log } = {},
): Promise<TlsAgent> {
  const engine = given ?? createFakeEngine(loadRecordedAnswers('docker-28.5-cgroup2'));
  if (given === undefined) await engine.start();
  const nothing = { names: [], images: [], labels: [] };
  const state = openStateFolder(data);
  const parts: { agent?: Agent } = {};
  const exporter = createExporter({
    engine: {
      address: { kind: 'unix', socketPath: engine.socketPath ?? '' },
      tls: undefined,
      pinnedApiVersion: undefined,
    },
    metricsSocket: '',
    collectors: {},
    moreCollectors: [
      createAgentCollector(() => {
        if (parts.agent === undefined) throw new Error('not yet');
        return parts.agent.figures();
      }),
    ],
    filters: { include: nothing, exclude: nothing },
    labels: { containerId: false, containerLabels: [] },
    namespace: '',
    globalLabels: {},
    collection: { timeoutMs: 10_000, intervalMs: 0, cacheTtlMs: 0 },
    maxConcurrent: 0,
    paths: { metrics: '/metrics', health: '/health', ready: '/ready' },
    isHealthExempt: false,
    profiling: undefined,
    clock: systemClock,
    log,
  });
  const start = planStart(state, { servers: [], token: '', fingerprint: '', ...line }, Date.now(), log);
  const exporterAt = { address: '127.0.0.1', port: 9200, tls: false, path: '/metrics' };
  const agent = createAgent({ engine: exporter.engine, start, state, exporter: exporterAt, log });
  parts.agent = agent;
  exporter.start();
  agent.start();
  return {
    agent,
    exporter,
    engine,
    async metrics() {
      const route = exporter.routes.find(({ path }) => path === '/metrics');
      const request = { method: 'GET', path: '/metrics', query: new URLSearchParams(), headers: {} } as const;
      const { signal } = new AbortController();
      const reply = await route?.handle({ ...request, remoteAddress: '127.0.0.1', body: new Uint8Array(), signal });
      return Buffer.from((reply?.body ?? '') as Uint8Array).toString('utf8');
    },
    async stop() {
      await agent.stop(4000);
      exporter.stop();
      if (given === undefined) await engine[Symbol.asyncDispose]();
    },
  };
}
