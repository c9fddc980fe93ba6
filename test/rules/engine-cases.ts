import { exporter, series } from './exporter-series.ts';
import { allIntervals, type AlertCase, type InputSeries } from './rule-case.ts';
import { alerts } from './rule-files.ts';
import { ended, grow, hold, missing, resetAndGrow, type Segment } from './timeline.ts';

const engine = { job: 'docker-engine', instance: 'host1:9323' };
const engineAlerts = alerts.filter(({ name }) => name.startsWith('Engine')).map(({ name }) => name);

export const engineCases: readonly AlertCase[] = [
  {
    alerts: engineAlerts,
    title: 'nobody scrapes engines; another program with the same names is restarted',
    input: [
      series('up', exporter, hold(1, 30)),
      series('process_start_time_seconds', exporter, hold(100, 10), hold(700, 20)),
    ],
    silent: [5, 11, 29],
  },
  {
    alerts: ['EngineMetricsDown'],
    title: 'for five minutes',
    every: allIntervals,
    input: [series('up', engine, hold(1, 10), hold(0, 20))],
    silent: [9, 14],
    fires: [
      {
        at: 17,
        labels: engine,
        summary: 'The metrics of the Docker Engine at host1:9323 are gone',
        description: 'The metrics of the engine at host1:9323 cannot be had (up is 0).',
      },
    ],
  },
  {
    alerts: ['EngineMetricsDown'],
    title: 'the exporter does not get them',
    every: allIntervals,
    input: [series('exporter_engine_metrics_up', exporter, hold(1, 10), hold(0, 20))],
    silent: [9, 14],
    fires: [
      {
        at: 17,
        labels: exporter,
        summary: 'The metrics of the Docker Engine at host1:9200 are gone',
        description: 'The metrics of the engine at host1:9200 cannot be had (up is 0).',
      },
    ],
  },
  {
    alerts: engineAlerts,
    title: 'lost scrapes',
    every: allIntervals,
    input: [
      series('up', engine, hold(1, 10), hold(0, 3), hold(1, 10), missing(4), hold(1, 13)),
      series('process_start_time_seconds', engine, hold(100, 10), ended(3), hold(100, 10), missing(4), hold(100, 13)),
      ...healthChecks([grow(0.1, 10), ended(3), grow(0.1, 10), missing(4), grow(0.1, 13)], [grow(1, 10), ended(3), grow(1, 10), missing(4), grow(1, 13)]), // prettier-ignore
    ],
    silent: [11, 12, 14, 24, 26, 28, 39],
  },
  {
    alerts: ['EngineRestarted'],
    title: 'a new start time, after scrapes that failed',
    every: allIntervals,
    input: [series('process_start_time_seconds', engine, hold(100, 10), ended(2), hold(720, 28))],
    silent: [9, 29],
    fires: [
      {
        at: 14,
        labels: engine,
        summary: 'The Docker Engine at host1:9323 was restarted',
        description:
          'The engine at host1:9323 has started anew 1 times in 15 minutes; without live-restore its containers went with it.',
      },
    ],
  },
  {
    alerts: ['EngineRestarted'],
    title: 'its counters begin anew, in the metrics of the exporter',
    every: allIntervals,
    input: [series('engine_daemon_events_total', exporter, grow(1, 20), resetAndGrow(1, 30))],
    silent: [19, 37],
    fires: [
      {
        at: 22,
        labels: exporter,
        summary: 'The Docker Engine at host1:9200 was restarted',
        description:
          'The engine at host1:9200 has started anew 1 times in 15 minutes; without live-restore its containers went with it.',
      },
    ],
  },
  {
    alerts: ['EngineHealthChecksFailing'],
    title: 'half of all',
    every: allIntervals,
    input: healthChecks([grow(0.5, 40)], [grow(1, 40)]),
    silent: [9],
    fires: [
      {
        at: 20,
        labels: engine,
        summary: 'Health checks fail on the Docker Engine at host1:9323',
        description: '50% of all health checks that the engine at host1:9323 runs fail.',
      },
    ],
  },
  {
    alerts: ['EngineHealthChecksFailing'],
    title: 'one in ten, through a restart of the engine',
    every: allIntervals,
    input: healthChecks([grow(0.1, 20), resetAndGrow(0.1, 20)], [grow(1, 20), resetAndGrow(1, 20)]),
    silent: [15, 20, 22, 39],
  },
  {
    alerts: ['EngineHealthChecksFailing'],
    title: 'no health checks',
    input: healthChecks([hold(0, 40)], [hold(0, 40)]),
    silent: [20, 39],
  },
  {
    alerts: ['EngineLogWritesFailing'],
    title: 'two a second',
    every: allIntervals,
    input: [series('logger_log_write_operations_failed_total', engine, hold(0, 10), grow(2, 30))],
    silent: [9],
    fires: [
      {
        at: 25,
        labels: engine,
        summary: 'The Docker Engine at host1:9323 loses log lines',
        description: 'The engine at host1:9323 fails to write 2 log lines of containers a second.',
      },
    ],
  },
  {
    alerts: ['EngineLogWritesFailing'],
    title: 'some long ago, and a restart of the engine',
    every: allIntervals,
    input: [series('logger_log_write_operations_failed_total', engine, hold(40, 20), hold(0, 20))],
    silent: [10, 21, 26, 39],
  },
];

function healthChecks(failed: readonly Segment[], all: readonly Segment[]): InputSeries[] {
  return [
    series('engine_daemon_health_checks_failed_total', engine, ...failed),
    series('engine_daemon_health_checks_total', engine, ...all),
  ];
}
