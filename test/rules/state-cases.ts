import {
  alone,
  aloneSeries,
  exporter,
  quietHost,
  series,
  stateSeries,
  web,
  webSeries,
  type Phase,
} from './exporter-series.ts';
import { allIntervals, type AlertCase, type Labels } from './rule-case.ts';
import { ended, hold } from './timeline.ts';

const down: readonly AlertCase[] = [
  {
    alerts: ['ContainerDown'],
    title: 'ended with an error two minutes ago',
    every: allIntervals,
    input: stateSeries(webSeries, [...ran(20), { state: 'exited', minutes: 20, exitCode: 1 }]),
    silent: [19, 21],
    fires: [downAt(24, web, 1)],
  },
  {
    alerts: ['ContainerDown'],
    title: 'for a day, not for ever',
    every: [60],
    input: stateSeries(webSeries, [...ran(20), { state: 'exited', minutes: 1600, exitCode: 1 }]),
    silent: [1470],
    fires: [downAt(1440, web, 1)],
  },
  {
    alerts: ['ContainerDown'],
    title: 'killed, without a Compose project',
    input: stateSeries(aloneSeries, [
      { state: 'running', minutes: 20 },
      { state: 'exited', minutes: 10, exitCode: 137 },
    ]),
    fires: [downAt(25, alone, 137)],
  },
  {
    alerts: ['ContainerDown'],
    title: 'ended before any scrape saw it run',
    input: stateSeries(webSeries, [{ state: 'exited', minutes: 20, exitCode: 127 }], 0),
    fires: [downAt(5, web, 127)],
  },
  {
    alerts: ['ContainerDown'],
    title: 'the tag moved on to another image while it ran: the list then shows an id',
    input: [
      ...stateSeries(webSeries, [
        { state: 'running', minutes: 20 },
        { state: 'unlisted', minutes: 20 },
      ]),
      ...stateSeries({ ...web, image: 'sha256:0123456789ab' }, [
        { state: 'unlisted', minutes: 20 },
        { state: 'running', minutes: 5 },
        { state: 'exited', minutes: 15, exitCode: 2 },
      ]),
    ],
    silent: [24],
    fires: [downAt(30, web, 2)],
  },
  quiet('ContainerDown', 'stopped normally, exit code 0', { state: 'exited', minutes: 30, exitCode: 0 }),
  quiet('ContainerDown', 'stopped by SIGTERM, exit code 143', { state: 'exited', minutes: 30, exitCode: 143 }),
  quiet('ContainerDown', 'stopped by SIGINT, exit code 130', { state: 'exited', minutes: 30, exitCode: 130 }),
  {
    alerts: ['ContainerDown'],
    title: 'between two attempts of the restart policy: another alert says so',
    every: allIntervals,
    input: stateSeries(webSeries, [...ran(20), { state: 'restarting', minutes: 20, exitCode: 1 }]),
    silent: [21, 25, 39],
  },
  {
    alerts: ['ContainerDown'],
    title: 'a failure of long ago',
    input: stateSeries(webSeries, [{ state: 'exited', minutes: 60, exitCode: 1 }]),
    silent: [1, 5, 30, 59],
  },
  {
    alerts: ['ContainerDown', 'ContainerGone', 'ContainerRestarting'],
    title: 'recreated with a new image',
    every: allIntervals,
    input: [
      ...quietHost(60),
      ...stateSeries(webSeries, [
        { state: 'running', minutes: 20 },
        { state: 'exited', minutes: 1, exitCode: 137 },
        { state: 'unlisted', minutes: 39 },
      ]),
      ...stateSeries({ ...web, image: 'shop/web:2' }, [
        { state: 'unlisted', minutes: 22 },
        { state: 'running', minutes: 38 },
      ]),
    ],
    silent: [20, 21, 22, 23, 25, 30, 45, 59],
  },
];

const gone: readonly AlertCase[] = [
  {
    alerts: ['ContainerGone'],
    title: 'removed while it ran, and told for an hour',
    every: allIntervals,
    input: [...quietHost(120), ...stateSeries(aloneSeries, [...ran(20), { state: 'unlisted', minutes: 100 }])],
    silent: [19, 21, 81],
    fires: [goneAt(24, alone), goneAt(70, alone)],
  },
  {
    alerts: ['ContainerGone'],
    title: 'a service of a project whose other services go on',
    input: [
      ...quietHost(60),
      ...stateSeries(webSeries, [...ran(20), { state: 'unlisted', minutes: 40 }]),
      ...stateSeries({ ...web, compose_service: 'db', container_name: 'shop-db-1', image: 'postgres:17' }, ran(60)),
    ],
    fires: [goneAt(25, web)],
  },
  {
    alerts: ['ContainerGone'],
    title: 'two images under one name, both gone: one alert',
    input: [
      ...quietHost(60),
      ...stateSeries(aloneSeries, [...ran(20), { state: 'unlisted', minutes: 40 }]),
      ...stateSeries({ ...alone, image: 'redis:9' }, [
        { state: 'unlisted', minutes: 20 },
        { state: 'running', minutes: 5 },
        { state: 'unlisted', minutes: 35 },
      ]),
    ],
    fires: [goneAt(30, alone)],
  },
  {
    alerts: ['ContainerGone'],
    title: 'the whole project was taken down',
    input: [
      ...quietHost(60),
      ...stateSeries(webSeries, [...ran(20), { state: 'unlisted', minutes: 40 }]),
      ...stateSeries({ ...web, compose_service: 'db', container_name: 'shop-db-1', image: 'postgres:17' }, [
        ...ran(21),
        { state: 'unlisted', minutes: 39 },
      ]),
    ],
    silent: [24, 25, 30, 59],
  },
  {
    alerts: ['ContainerGone'],
    title: 'one replica less',
    input: [
      ...quietHost(60),
      ...stateSeries(webSeries, ran(60)),
      ...stateSeries({ ...webSeries, container_name: 'shop-web-2' }, [...ran(20), { state: 'unlisted', minutes: 40 }]),
    ],
    silent: [24, 30, 59],
  },
  {
    alerts: ['ContainerGone'],
    title: 'the last container of the engine, which belongs to no project',
    input: [
      series('exporter_up', exporter, hold(1, 60)),
      ...stateSeries(aloneSeries, [...ran(20), { state: 'unlisted', minutes: 40 }]),
    ],
    fires: [goneAt(25, alone)],
  },
  {
    alerts: ['ContainerGone'],
    title: 'the tag moved on to another image while it ran, then it was stopped normally and removed',
    every: allIntervals,
    input: [
      ...quietHost(60),
      ...stateSeries(aloneSeries, [...ran(20), { state: 'unlisted', minutes: 40 }]),
      ...stateSeries({ ...alone, image: 'sha256:0123456789ab' }, [
        { state: 'unlisted', minutes: 20 },
        { state: 'running', minutes: 5 },
        { state: 'exited', minutes: 2, exitCode: 0 },
        { state: 'unlisted', minutes: 33 },
      ]),
    ],
    silent: [24, 26, 30, 59],
  },
  {
    alerts: ['ContainerGone'],
    title: 'stopped normally, then removed',
    input: [
      ...quietHost(60),
      ...stateSeries(aloneSeries, [
        ...ran(20),
        { state: 'exited', minutes: 1, exitCode: 0 },
        { state: 'unlisted', minutes: 39 },
      ]),
    ],
    silent: [24, 30, 59],
  },
  {
    alerts: ['ContainerGone'],
    title: 'a one-off of docker compose run',
    input: [
      ...quietHost(60),
      ...stateSeries(webSeries, ran(60)),
      ...stateSeries({ ...webSeries, compose_service: 'job', container_name: 'shop-job-run-0123456789ab' }, [
        ...ran(20),
        { state: 'unlisted', minutes: 40 },
      ]),
    ],
    silent: [24, 30, 59],
  },
  {
    alerts: ['ContainerGone'],
    title: 'ran for a few minutes only',
    input: [
      ...quietHost(60),
      ...stateSeries(aloneSeries, [...ran(10), { state: 'unlisted', minutes: 50 }]).map((one) =>
        one.name === 'container_uptime_seconds' ? { ...one, values: [hold(600, 10), ended(50)] } : one,
      ),
    ],
    silent: [13, 20, 59],
  },
];

const restarting: readonly AlertCase[] = [
  {
    alerts: ['ContainerRestarting'],
    title: 'three restarts in a quarter of an hour, until it settles',
    every: allIntervals,
    input: [series('container_restart_count', webSeries, hold(7, 20), hold(8, 3), hold(9, 3), hold(10, 34))],
    silent: [19, 22, 25, 45],
    fires: [
      {
        at: 27,
        labels: web,
        summary: 'Container shop-web-1 restarts again and again',
        description: 'The restart policy has restarted container shop-web-1 on host1:9200 3 times in 15 minutes.',
      },
    ],
  },
  {
    alerts: ['ContainerRestarting'],
    title: 'two restarts, and a start by hand that sets the count to 0',
    every: allIntervals,
    input: [series('container_restart_count', webSeries, hold(40, 20), hold(41, 3), hold(42, 3), hold(0, 34))],
    silent: [22, 25, 27, 30, 45],
  },
];

const unhealthy: readonly AlertCase[] = [
  {
    alerts: ['ContainerUnhealthy'],
    title: 'for two minutes',
    every: allIntervals,
    input: [
      ...stateSeries(webSeries, ran(60)),
      series('container_health_status', webSeries, hold(2, 10), hold(3, 10), hold(2, 40)),
    ],
    silent: [9, 11, 22],
    fires: [
      {
        at: 14,
        labels: web,
        summary: 'Container shop-web-1 is unhealthy',
        description: 'The health check of container shop-web-1 on host1:9200 fails (health status 3).',
      },
    ],
  },
  {
    alerts: ['ContainerUnhealthy'],
    title: 'starting for long, and unhealthy for a moment',
    every: allIntervals,
    input: [
      ...stateSeries(webSeries, ran(60)),
      series('container_health_status', webSeries, hold(1, 30), hold(3, 1), hold(2, 29)),
    ],
    silent: [10, 29, 31, 33, 40],
  },
  {
    alerts: ['ContainerUnhealthy'],
    title: 'stopped: it keeps the health it had',
    input: [
      ...stateSeries(webSeries, [...ran(10), { state: 'exited', minutes: 50, exitCode: 0 }]),
      series('container_health_status', webSeries, hold(2, 9), hold(3, 51)),
    ],
    silent: [10, 13, 30, 59],
  },
];

const oomKilled: readonly AlertCase[] = [
  {
    alerts: ['ContainerOomKilled'],
    title: 'the flag stays: an hour',
    every: allIntervals,
    input: [series('container_oom_killed', webSeries, hold(0, 20), hold(1, 100))],
    silent: [19, 82],
    fires: [oomAt(22), oomAt(78)],
  },
  {
    alerts: ['ContainerOomKilled'],
    title: 'restarted at once, seen by two minutes of scrapes: a quarter of an hour; and again',
    every: allIntervals,
    input: [series('container_oom_killed', webSeries, hold(0, 20), hold(1, 2), hold(0, 60), hold(1, 18))],
    silent: [19, 40],
    fires: [oomAt(22), oomAt(35), oomAt(85)],
  },
  {
    alerts: ['ContainerOomKilled'],
    title: 'there when Prometheus looks for the first time: an hour',
    input: [series('container_oom_killed', webSeries, hold(1, 120))],
    silent: [70],
    fires: [oomAt(5), oomAt(55)],
  },
  {
    alerts: ['ContainerOomKilled'],
    title: 'never, and long ago',
    input: [
      series('container_oom_killed', aloneSeries, hold(0, 120)),
      series('container_oom_killed', webSeries, hold(1, 120)),
    ],
    silent: [70, 90, 119],
  },
];

export const stateCases: readonly AlertCase[] = [...down, ...gone, ...restarting, ...unhealthy, ...oomKilled];

function ran(minutes: number): Phase[] {
  return [{ state: 'running', minutes }];
}

function quiet(alert: string, title: string, after: Phase): AlertCase {
  return {
    alerts: [alert],
    title,
    every: allIntervals,
    input: stateSeries(webSeries, [...ran(20), after]),
    silent: [20, 23, 25, 49],
  };
}

function downAt(at: number, labels: Labels, code: number): NonNullable<AlertCase['fires']>[number] {
  const name = String(labels['container_name']);
  return {
    at,
    labels,
    summary: `Container ${name} is down`,
    description: `Container ${name} on host1:9200 has ended with exit code ${String(code)}.`,
  };
}

function goneAt(at: number, labels: Labels): NonNullable<AlertCase['fires']>[number] {
  const name = String(labels['container_name']);
  return {
    at,
    labels,
    summary: `Container ${name} is gone`,
    description: `Container ${name} on host1:9200 had been running for 10d 0h 0m 0s when it was removed, without having been seen to stop.`,
  };
}

function oomAt(at: number): NonNullable<AlertCase['fires']>[number] {
  return {
    at,
    labels: web,
    summary: 'Container shop-web-1 ran out of memory',
    description: 'The kernel has killed a process of container shop-web-1 on host1:9200 for lack of memory (flag 1).',
  };
}
