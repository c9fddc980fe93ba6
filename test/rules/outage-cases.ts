import { aloneSeries, exporter, series, stateSeries, webSeries, type Phase } from './exporter-series.ts';
import { cpuPeriods, diskSeries, mib, networkSeries } from './resource-series.ts';
import { allIntervals, type AlertCase, type InputSeries } from './rule-case.ts';
import { alerts } from './rule-files.ts';
import { ended, grow, hold, missing, type Segment } from './timeline.ts';

const containerAlerts = alerts.filter(({ name }) => name.startsWith('Container')).map(({ name }) => name);

/** Who cannot see the containers says nothing about them, neither then nor afterwards. */
export const outageCases: readonly AlertCase[] = [
  {
    alerts: containerAlerts,
    title: 'the engine is away and comes back',
    every: allIntervals,
    input: [
      series('up', exporter, hold(1, 60)),
      series('exporter_up', exporter, hold(1, 20), hold(0, 10), hold(1, 30)),
      ...busyContainer([{ state: 'running', minutes: 20 }, { state: 'unlisted', minutes: 10 }, { state: 'running', minutes: 30 }]), // prettier-ignore
    ],
    silent: [19, 21, 24, 29, 31, 35, 59],
  },
  {
    alerts: containerAlerts,
    title: 'the exporter misses scrapes',
    every: allIntervals,
    input: [
      series('up', exporter, hold(1, 20), hold(0, 6), hold(1, 34)),
      series('exporter_up', exporter, hold(1, 20), ended(6), hold(1, 34)),
      ...busyContainer([{ state: 'running', minutes: 20 }, { state: 'unlisted', minutes: 6 }, { state: 'running', minutes: 34 }]), // prettier-ignore
    ],
    silent: [19, 21, 23, 25, 27, 30, 35, 59],
  },
  {
    alerts: containerAlerts,
    title: 'Prometheus itself was away',
    every: allIntervals,
    input: [
      series('up', exporter, hold(1, 20), missing(10), hold(1, 30)),
      series('exporter_up', exporter, hold(1, 20), missing(10), hold(1, 30)),
      ...busyContainer([{ state: 'running', minutes: 20 }, { state: 'unknown', minutes: 10 }, { state: 'running', minutes: 30 }]), // prettier-ignore
    ],
    silent: [19, 21, 24, 29, 31, 35, 59],
  },
];

/** Everything the exporter says of a container in good health (and the state of another, of no project) and at moderate work; counters go on after a gap. */
function busyContainer(phases: readonly Phase[]): InputSeries[] {
  const follow = (toSegment: (minutes: number) => Segment): Segment[] =>
    phases.map(({ state, minutes }) => {
      if (state === 'unlisted') return ended(minutes);
      return state === 'unknown' ? missing(minutes) : toSegment(minutes);
    });
  const count = (perSecond: number): Segment[] => follow((minutes) => grow(perSecond, minutes));
  const keep = (value: number): Segment[] => follow((minutes) => hold(value, minutes));
  return [
    ...stateSeries(webSeries, phases),
    ...stateSeries(aloneSeries, phases),
    series('container_restart_count', webSeries, ...keep(2)),
    series('container_health_status', webSeries, ...keep(2)),
    series('container_oom_killed', webSeries, ...keep(0)),
    series('container_spec_memory_limit_bytes', webSeries, ...keep(512 * mib)),
    series('container_memory_working_set_bytes', webSeries, ...keep(256 * mib)),
    ...cpuPeriods(webSeries, count(1), count(10)),
    ...networkSeries(webSeries, 'errors', count(0.01), count(50)).filter(({ name }) => !name.includes('dropped')),
    series('container_network_receive_dropped_total', { ...webSeries, interface: 'eth0' }, ...count(0.1)),
    series('container_network_transmit_dropped_total', { ...webSeries, interface: 'eth0' }, ...count(0)),
    ...diskSeries(webSeries, '8:0', count(1e6), count(1e6)),
  ];
}
