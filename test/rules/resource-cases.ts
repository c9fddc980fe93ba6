import { aloneSeries, webSeries } from './exporter-series.ts';
import { cpuPeriods, diskSeries, hostMemory, memorySeries, mib, networkSeries } from './resource-series.ts';
import { allIntervals, type AlertCase } from './rule-case.ts';
import { grow, hold, missing, resetAndGrow } from './timeline.ts';

const memory: readonly AlertCase[] = [
  {
    alerts: ['ContainerMemoryNearLimit'],
    title: '95 % of a limit, beside a container without one',
    every: allIntervals,
    input: [
      ...memorySeries(webSeries, 512 * mib, hold(512 * mib * 0.95, 30)),
      ...memorySeries(aloneSeries, undefined, hold(hostMemory * 0.2, 30)),
    ],
    silent: [4],
    fires: [
      {
        at: 7,
        labels: webSeries,
        summary: 'Container shop-web-1 is near its memory limit',
        description: 'Container shop-web-1 on host1:9200 uses 95% of its memory limit.',
      },
    ],
  },
  {
    alerts: ['ContainerMemoryNearLimit'],
    title: 'no limit, and 95 % of the host',
    every: allIntervals,
    input: memorySeries(webSeries, undefined, hold(hostMemory * 0.95, 30)),
    silent: [1, 7, 29],
  },
  {
    alerts: ['ContainerMemoryNearLimit'],
    title: 'half of the limit, and all of it for a moment',
    every: allIntervals,
    input: memorySeries(webSeries, 512 * mib, hold(256 * mib, 10), hold(511 * mib, 4), hold(256 * mib, 16)),
    silent: [9, 13, 15, 29],
  },
];

const throttled: readonly AlertCase[] = [
  {
    alerts: ['ContainerCpuThrottled'],
    title: '30 % of the periods',
    every: allIntervals,
    input: cpuPeriods(webSeries, [grow(3, 40)], [grow(10, 40)]),
    silent: [9],
    fires: [
      {
        at: 20,
        labels: webSeries,
        summary: 'Container shop-web-1 is slowed down by its CPU limit',
        description: 'Container shop-web-1 on host1:9200 was throttled in 30% of its CPU periods.',
      },
    ],
  },
  {
    alerts: ['ContainerCpuThrottled'],
    title: '20 % of the periods, through a restart and lost scrapes',
    every: allIntervals,
    input: cpuPeriods(
      webSeries,
      [grow(2, 15), resetAndGrow(2, 10), missing(2), resetAndGrow(2, 13)],
      [grow(10, 15), resetAndGrow(10, 10), missing(2), resetAndGrow(10, 13)],
    ),
    silent: [10, 16, 18, 20, 26, 28, 30, 39],
  },
  {
    alerts: ['ContainerCpuThrottled'],
    title: 'no limit, so no periods',
    input: cpuPeriods(webSeries, [hold(0, 40)], [hold(0, 40)]),
    silent: [20, 39],
  },
];

const network: readonly AlertCase[] = [
  {
    alerts: ['ContainerNetworkErrors'],
    title: '2 errors a second among 40 packets',
    every: allIntervals,
    input: networkSeries(webSeries, 'errors', [grow(1, 40)], [grow(20, 40)]),
    silent: [9],
    fires: [
      {
        at: 20,
        labels: webSeries,
        summary: 'Container shop-web-1 has network errors',
        description: 'The interfaces of container shop-web-1 on host1:9200 count 2 errors a second.',
      },
    ],
  },
  {
    alerts: ['ContainerNetworkErrors'],
    title: 'one in a thousand, through a restart',
    every: allIntervals,
    input: networkSeries(
      webSeries,
      'errors',
      [grow(1, 20), resetAndGrow(1, 20)],
      [grow(1000, 20), resetAndGrow(1000, 20)],
    ),
    silent: [15, 20, 22, 39],
  },
  {
    alerts: ['ContainerNetworkErrors'],
    title: 'a few on an idle interface',
    input: networkSeries(webSeries, 'errors', [grow(0.02, 40)], [grow(0.1, 40)]),
    silent: [20, 39],
  },
  {
    alerts: ['ContainerNetworkDrops'],
    title: '4 drops a second among 40 packets',
    every: allIntervals,
    input: networkSeries(webSeries, 'dropped', [grow(2, 40)], [grow(20, 40)]),
    silent: [9],
    fires: [
      {
        at: 20,
        labels: webSeries,
        summary: 'Container shop-web-1 loses packets',
        description: 'The interfaces of container shop-web-1 on host1:9200 drop 4 packets a second.',
      },
    ],
  },
  {
    alerts: ['ContainerNetworkDrops'],
    title: 'multicast that nobody listens to, and one in a thousand',
    every: allIntervals,
    input: [
      ...networkSeries(webSeries, 'dropped', [grow(0.1, 40)], [grow(0.1, 40)]),
      ...networkSeries(aloneSeries, 'dropped', [grow(2, 40)], [grow(2000, 40)]),
    ],
    silent: [20, 39],
  },
];

const disk: readonly AlertCase[] = [
  {
    alerts: ['ContainerDiskBusy'],
    title: '150 MB a second on one device',
    every: allIntervals,
    input: [
      ...diskSeries(webSeries, '8:0', [grow(100e6, 40)], [grow(50e6, 40)]),
      ...diskSeries(webSeries, '8:16', [grow(90e6, 40)], [grow(1e6, 40)]),
    ],
    silent: [14],
    fires: [
      {
        at: 25,
        labels: { ...webSeries, device: '8:0' },
        summary: 'Container shop-web-1 keeps a disk busy',
        description: 'Container shop-web-1 on host1:9200 reads and writes 150MB/s on device 8:0.',
      },
    ],
  },
  {
    alerts: ['ContainerDiskBusy'],
    title: 'a burst, and a restart',
    every: allIntervals,
    input: diskSeries(
      webSeries,
      '8:0',
      [grow(300e6, 5), grow(20e6, 20), resetAndGrow(20e6, 15)],
      [grow(300e6, 5), grow(20e6, 20), resetAndGrow(20e6, 15)],
    ),
    silent: [6, 12, 16, 26, 30, 39],
  },
];

export const resourceCases: readonly AlertCase[] = [...memory, ...throttled, ...network, ...disk];
