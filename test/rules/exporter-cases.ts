import { exporter, series } from './exporter-series.ts';
import { allIntervals, type AlertCase } from './rule-case.ts';
import { grow, hold, missing, resetAndGrow } from './timeline.ts';

const container = { ...exporter, collector: 'container' };

export const exporterCases: readonly AlertCase[] = [
  {
    alerts: ['TallymanDown'],
    title: 'does not answer for three minutes',
    every: allIntervals,
    input: [series('up', exporter, hold(1, 10), hold(0, 10), hold(1, 10))],
    silent: [9, 12, 21],
    fires: [
      {
        at: 15,
        labels: exporter,
        summary: 'Tallyman on host1:9200 does not answer',
        description: 'Prometheus cannot scrape host1:9200 (up is 0): nothing is known about the containers there.',
      },
    ],
  },
  {
    alerts: ['TallymanDown', 'TallymanAbsent'],
    title: 'one or two lost scrapes',
    every: allIntervals,
    input: [series('up', exporter, hold(1, 10), hold(0, 2), hold(1, 5), hold(0, 1), hold(1, 12))],
    silent: [11, 12, 13, 17, 18, 19, 29],
  },
  {
    alerts: ['TallymanAbsent'],
    title: 'no target at all',
    every: allIntervals,
    input: [series('up', { job: 'prometheus', instance: 'localhost:9090' }, hold(1, 30))],
    silent: [4],
    fires: [
      {
        at: 6,
        labels: { job: 'tallyman' },
        summary: 'Prometheus has no Tallyman to scrape',
        description: 'There is no target in the job tallyman (absent is 1): nothing is known about any container.',
      },
    ],
  },
  {
    alerts: ['TallymanAbsent'],
    title: 'a target that is down is no missing target',
    input: [series('up', exporter, hold(0, 30))],
    silent: [6, 20],
  },
  {
    alerts: ['TallymanEngineUnreachable'],
    title: 'the engine does not answer for two minutes',
    every: allIntervals,
    input: [
      series('up', exporter, hold(1, 30)),
      series('exporter_up', exporter, hold(1, 10), hold(0, 10), hold(1, 10)),
    ],
    silent: [9, 11, 21],
    fires: [
      {
        at: 14,
        labels: exporter,
        summary: 'Tallyman on host1:9200 does not reach the Docker Engine',
        description: 'The engine behind host1:9200 does not list its containers (exporter_up is 0).',
      },
    ],
  },
  {
    alerts: ['TallymanEngineUnreachable'],
    title: 'the engine is restarted',
    every: allIntervals,
    input: [series('exporter_up', exporter, hold(1, 10), hold(0, 1), hold(1, 19))],
    silent: [10, 11, 12, 13],
  },
  {
    alerts: ['TallymanScrapeErrors'],
    title: 'an error every ten seconds',
    every: allIntervals,
    input: [
      series('exporter_up', exporter, hold(1, 40)),
      series('exporter_scrape_errors_total', container, grow(0, 5), grow(0.1, 35)),
    ],
    silent: [4, 14],
    fires: [
      {
        at: 25,
        labels: container,
        summary: 'Tallyman on host1:9200 misses answers of the engine',
        description: 'The collector container on host1:9200 counts 100m errors a second: some metrics are missing.',
      },
    ],
  },
  {
    alerts: ['TallymanScrapeErrors'],
    title: 'a few at once, then a restart of the exporter, then lost scrapes',
    every: allIntervals,
    input: [
      series('exporter_up', exporter, hold(1, 60)),
      series(
        'exporter_scrape_errors_total',
        container,
        ...[grow(0, 10), grow(0.1, 1), grow(0, 19), resetAndGrow(0, 10), missing(4), grow(0, 16)],
      ),
    ],
    silent: [11, 16, 20, 31, 35, 42, 46, 59],
  },
  {
    alerts: ['TallymanScrapeErrors'],
    title: 'the engine is away: another alert says so',
    input: [
      series('exporter_up', exporter, hold(0, 40)),
      series('exporter_scrape_errors_total', container, grow(0.1, 40)),
    ],
    silent: [15, 25, 39],
  },
  {
    alerts: ['TallymanCallRefused'],
    title: 'a proxy refuses the statistics',
    every: allIntervals,
    input: [
      series('exporter_engine_call_refused', { ...exporter, call: 'stats' }, hold(0, 5), hold(1, 25)),
      series('exporter_engine_call_refused', { ...exporter, call: 'inspect' }, hold(0, 30)),
    ],
    silent: [4, 14],
    fires: [
      {
        at: 17,
        labels: { ...exporter, call: 'stats' },
        summary: 'Tallyman on host1:9200 may not ask for stats',
        description: 'The engine or a proxy before it refuses the call stats of host1:9200 (refused is 1).',
      },
    ],
  },
  {
    alerts: ['TallymanCallRefused'],
    title: 'a proxy refuses, on purpose, what is dispensable',
    input: ['events', 'ping', 'version', 'images', 'volumes', 'networks'].map((call) =>
      series('exporter_engine_call_refused', { ...exporter, call }, hold(1, 30)),
    ),
    silent: [5, 15, 29],
  },
];
