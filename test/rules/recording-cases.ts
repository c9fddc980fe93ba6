import { alone, aloneSeries, exporter, series, web, webSeries } from './exporter-series.ts';
import { memorySeries, mib } from './resource-series.ts';
import { allIntervals, type InputSeries, type Labels, type RecordingCase } from './rule-case.ts';
import { rules } from './rule-files.ts';
import { ended, grow, hold, missing, resetAndGrow, type Segment } from './timeline.ts';

const recorded = rules.filter(({ isAlert }) => !isAlert).map(({ name }) => name);

/** A counter that grows by `perSecond`: a restart of the container, and two minutes without scrapes. */
const eventful = (perSecond: number): Segment[] => [
  ...[grow(perSecond, 15), resetAndGrow(perSecond, 15), missing(2), grow(perSecond, 28)],
];
/** Before anything happens, with the restart in the last five minutes, with the gap, right after it too, and long after. */
const moments = [14, 18, 32, 33, 59] as const;

export const recordingCases: readonly RecordingCase[] = [
  {
    record: `{__name__=~"${recorded.join('|')}"}`,
    title: 'nothing is scraped but another exporter with the same names',
    input: [
      series('container_cpu_usage_seconds_total', { job: 'cadvisor', instance: 'host1:8080' }, grow(1, 30)),
      series('container_memory_working_set_bytes', { job: 'cadvisor', instance: 'host1:8080' }, hold(1, 30)),
      series('container_memory_limit_bytes', { job: 'cadvisor', instance: 'host1:8080' }, hold(mib, 30)),
    ],
    samples: [{ at: 20, is: [] }],
  },
  rate('container:container_cpu_usage_seconds:rate5m', webSeries, 0.5, [
    series('container_cpu_usage_seconds_total', webSeries, ...eventful(0.5)),
  ]),
  {
    record: 'max_over_time(container:container_cpu_usage_seconds:rate5m[1h])',
    title: 'low for some minutes after a start or a gap, but never too high',
    every: allIntervals,
    input: [series('container_cpu_usage_seconds_total', webSeries, ...eventful(0.5))],
    samples: [{ at: 59, is: [{ labels: webSeries, value: 0.5 }] }],
  },
  rate('container:container_cpu_throttling_periods:ratio_rate5m', webSeries, 0.3, [
    series('container_cpu_throttling_periods_total', webSeries, ...eventful(3)),
    series('container_cpu_periods_total', webSeries, ...eventful(10)),
    series('container_cpu_throttling_periods_total', aloneSeries, hold(0, 60)),
    series('container_cpu_periods_total', aloneSeries, hold(0, 60)),
  ]),
  ...(['receive', 'transmit'] as const).map((way) =>
    rate(`container:container_network_${way}_bytes:rate5m`, webSeries, 4000, [
      series(`container_network_${way}_bytes_total`, { ...webSeries, interface: 'eth0' }, ...eventful(1000)),
      series(`container_network_${way}_bytes_total`, { ...webSeries, interface: 'eth1' }, ...eventful(3000)),
    ]),
  ),
  ...(['packets', 'errors', 'dropped'] as const).map((kind) =>
    rate(`container:container_network_${kind}:rate5m`, webSeries, 6, [
      series(`container_network_receive_${kind}_total`, { ...webSeries, interface: 'eth0' }, ...eventful(1)),
      series(`container_network_transmit_${kind}_total`, { ...webSeries, interface: 'eth0' }, ...eventful(2)),
      series(`container_network_receive_${kind}_total`, { ...webSeries, interface: 'eth1' }, ...eventful(3)),
      series(`container_network_transmit_${kind}_total`, { ...webSeries, interface: 'eth1' }, ...eventful(0)),
    ]),
  ),
  rate('container_device:container_fs_bytes:rate5m', { ...webSeries, device: '8:0' }, 3000, [
    series('container_fs_reads_bytes_total', { ...webSeries, device: '8:0' }, ...eventful(1000)),
    series('container_fs_writes_bytes_total', { ...webSeries, device: '8:0' }, ...eventful(2000)),
  ]),
  rate('container_device:container_fs_bytes:rate5m', { ...webSeries, device: '8:0' }, 2000, [
    series('container_fs_writes_bytes_total', { ...webSeries, device: '8:0' }, ...eventful(2000)),
  ]),
  {
    record: 'container:container_memory_working_set_bytes:ratio_limit',
    title: 'only of containers that were given a limit',
    every: allIntervals,
    input: [
      ...memorySeries(webSeries, 512 * mib, hold(128 * mib, 30)),
      ...memorySeries(aloneSeries, undefined, hold(8192 * mib, 30)),
    ],
    samples: [{ at: 20, is: [{ labels: webSeries, value: 0.25 }] }],
  },
  ...[
    {
      record: 'project:container_cpu_usage_seconds:sum_rate5m',
      labels: { ...exporter, compose_project: 'shop' },
      value: 0.75,
    },
    { record: 'instance:container_cpu_usage_seconds:sum_rate5m', labels: exporter, value: 0.75 },
  ].map(({ record, labels, value }) => ({
    record,
    title: 'a replaced container is not counted twice',
    every: allIntervals,
    input: [
      series('container_cpu_usage_seconds_total', webSeries, grow(0.5, 20), ended(40)),
      series('container_cpu_usage_seconds_total', { ...web, image: 'shop/web:2' }, ended(20), grow(0.5, 40)),
      series(
        'container_cpu_usage_seconds_total',
        { ...web, container_name: 'shop-db-1', image: 'db:1' },
        grow(0.25, 60),
      ),
    ],
    samples: [15, 30, 59].map((at) => ({ at, is: [{ labels, value }] })),
  })),
  ...[
    { record: 'project:container_memory_working_set_bytes:sum', labels: { ...exporter, compose_project: 'shop' } },
    { record: 'instance:container_memory_working_set_bytes:sum', labels: exporter },
  ].map(({ record, labels }) => ({
    record,
    title: 'a replaced container is not counted twice',
    every: allIntervals,
    input: [
      series('container_memory_working_set_bytes', webSeries, hold(100, 20), ended(40)),
      series('container_memory_working_set_bytes', { ...web, image: 'shop/web:2' }, ended(20), hold(100, 40)),
      series(
        'container_memory_working_set_bytes',
        { ...web, container_name: 'shop-db-1', image: 'db:1' },
        hold(50, 60),
      ),
    ],
    samples: [15, 22, 30, 59].map((at) => ({ at, is: [{ labels, value: 150 }] })),
  })),
  {
    record: 'project:container_cpu_usage_seconds:sum_rate5m',
    title: 'containers without a project are one group without that label',
    input: [series('container_cpu_usage_seconds_total', aloneSeries, grow(2, 30))],
    samples: [{ at: 20, is: [{ labels: { job: alone.job, instance: alone.instance }, value: 2 }] }],
  },
];

/** The same number at every scrape interval, whatever the counters go through. */
function rate(record: string, labels: Labels, value: number, input: readonly InputSeries[]): RecordingCase {
  return {
    record,
    title: `${String(value)} a second, through a restart and lost scrapes`,
    every: allIntervals,
    input,
    samples: moments.map((at) => ({ at, is: [{ labels, value }] })),
  };
}
