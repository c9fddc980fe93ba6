import type { ObservedContainer } from '../docker/observation.ts';
import { parseEngineTime } from '../docker/engine-time.ts';
import { joinLabels, labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector, LabelledContainer } from './collector.ts';

const gauge = { type: 'gauge', perContainer: true, when: 'listed', contract: true } as const;

const lastSeen = defineMetric({
  ...gauge,
  name: 'container_last_seen',
  help: 'Unix time at which the engine last listed the container, in seconds.',
  source: 'the time of the list',
});
const startTime = defineMetric({
  ...gauge,
  name: 'container_start_time_seconds',
  when: 'listed, if ever started',
  help: 'Unix time of the last start.',
  source: 'State.StartedAt',
});
const uptime = defineMetric({
  ...gauge,
  name: 'container_uptime_seconds',
  when: 'running',
  help: 'Time since the last start of a running container.',
  source: 'now - State.StartedAt',
});
const info = defineMetric({
  ...gauge,
  name: 'container_info',
  labels: ['container_id', 'health_status', 'started_at', 'status'],
  help: 'Facts about the container as labels; always 1.',
  source: '1; Id, State.Health.Status, State.StartedAt, State',
});
const health = defineMetric({
  ...gauge,
  name: 'container_health_status',
  help: 'Health: 0 no health check, 1 starting, 2 healthy, 3 unhealthy.',
  source: 'State.Health.Status',
});
const restarts = defineMetric({
  ...gauge,
  name: 'container_restart_count',
  help: 'Restarts by the restart policy; a start by hand sets it to 0.',
  source: 'RestartCount',
});
const exitCode = defineMetric({
  ...gauge,
  name: 'container_exit_code',
  help: 'Exit code of the last run; 0 while running.',
  source: 'State.ExitCode',
});
const oomKilled = defineMetric({
  ...gauge,
  contract: false,
  name: 'container_oom_killed',
  help: 'Whether the container ran out of memory. Docker 20.10 says it only of one that died of it, newer ones also of one whose main process lives on.',
  source: 'State.OOMKilled',
});
const state = defineMetric({
  ...gauge,
  contract: false,
  name: 'container_state',
  labels: ['state'],
  help: 'Whether the container is in the state: 1 for the current one, 0 for the others.',
  source: 'State of the list',
});

/** The states of the Engine API, each with a series of its own so that alerts need no absent(). */
const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'].map((word) => ({
  word,
  labels: labelText([['state', word]]),
}));

const healthNumbers = new Map(Object.entries({ none: 0, starting: 1, healthy: 2, unhealthy: 3 }));

export const stateCollector: Collector = {
  name: 'state',
  group: 'container',
  doc: 'state, health, start, exit and restarts of all containers',
  needs: { inspect: true },
  metrics: [lastSeen, startTime, uptime, info, health, restarts, exitCode, oomKilled, state],
  collect({ containers, observation, now }, samples) {
    for (const container of containers) {
      const { series, inspect } = container;
      const startedAt = startOf(container);
      const healthWord = healthOf(container);
      samples.add(lastSeen, series, observation.at / 1000);
      samples.add(startTime, series, startedAt?.seconds);
      if (container.state === 'running' && startedAt !== undefined) {
        samples.add(uptime, series, Math.max(0, now / 1000 - startedAt.seconds));
      }
      samples.add(info, joinLabels(series, infoLabels(container, healthWord, startedAt?.text ?? '')), 1);
      samples.add(health, series, healthWord === undefined ? undefined : healthNumbers.get(healthWord));
      samples.add(restarts, series, inspect?.RestartCount);
      samples.add(exitCode, series, inspect?.State?.ExitCode ?? container.status.exitCode);
      const killed = inspect?.State?.OOMKilled;
      samples.add(oomKilled, series, killed == null ? undefined : Number(killed));
      for (const { word, labels } of states) {
        samples.add(state, joinLabels(series, labels), Number(container.state === word));
      }
    }
  },
};

function startOf(container: ObservedContainer): { text: string; seconds: number } | undefined {
  const text = container.inspect?.State?.StartedAt ?? '';
  const seconds = parseEngineTime(text);
  return seconds === undefined ? undefined : { text, seconds };
}

/** undefined when the engine did not say: inspect gives nothing readable and the list's text is silent. */
function healthOf({ inspect, status }: ObservedContainer): string | undefined {
  const state = inspect?.State;
  if (state == null) return status.health;
  if (state.Health == null) return status.health ?? 'none';
  const word = state.Health.Status;
  // Podman says '' for a container without a health check.
  return word === '' ? 'none' : (word ?? status.health);
}

function infoLabels(container: LabelledContainer, health: string | undefined, startedAt: string): string {
  return labelText([
    ...(container.hasIdLabel ? [] : ([['container_id', container.id.slice(0, 12)]] as const)),
    ['health_status', health ?? ''],
    ['started_at', startedAt],
    ['status', container.state],
  ]);
}
