import { healths, shareOfLimit, stateNames, stateNumbers, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import {
  cpuColumn,
  exitCodeColumn,
  healthColumn,
  identityColumns,
  memoryColumn,
  memoryOfLimitColumn,
  oomKilledColumn,
  restartsColumn,
  startedColumn,
  throttledColumn,
  uptimeColumn,
} from './container-columns.ts';
import {
  cpuCores,
  cpuOfLimit,
  memoryLimit,
  memoryOfLimit,
  read,
  received,
  sent,
  throttledRatio,
  workingSet,
  written,
} from './container-metrics.ts';
import { stateTimeline } from './panels/state-timeline.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { container, containerRow, maxBy, ofContainers, rate, sumBy } from './promql.ts';
import { containers, oneHost } from './variables.ts';

const noNetwork = 'No network of its own: it uses the host’s, another container’s or none';
const noDisk = 'The engine has counted no disk I/O of it';
const noLimit = 'No memory limit';

const perInterface = `${container}, interface`;
const perDevice = `${container}, device`;

/** The state's place in the list of states; the engine's counter-part of each is a series of its own, 1 for the current one. */
const stateNumber = maxBy(
  container,
  stateNames
    .map((state, index) => `${String(index + 1)} * ${ofContainers('container_state', `state="${state}"`)}`)
    .join(' or '),
);

function perSecond(by: string, metric: string): string {
  return sumBy(by, rate(ofContainers(metric)));
}

export const containerBoard = createBoard({
  name: 'container',
  title: 'Docker: container',
  description: 'One container in depth, or several of one host side by side.',
  variables: [...oneHost, ...containers],
  sections: [
    {
      title: 'Now',
      lines: [
        side(
          6,
          table({
            title: 'State',
            description: 'How it is at the end of the time shown.',
            rows: maxBy(`${containerRow}, container_id, image, status`, ofContainers('container_info')),
            columns: [
              ...identityColumns,
              { title: 'State', label: 'status', width: 100 },
              healthColumn,
              uptimeColumn,
              startedColumn,
              exitCodeColumn,
              restartsColumn,
              oomKilledColumn,
              cpuColumn,
              throttledColumn,
              memoryColumn,
              memoryOfLimitColumn,
              { title: 'Image', label: 'image', width: 200 },
              { title: 'Id', label: 'container_id', width: 130 },
            ],
            sortBy: 'Container',
          }),
        ),
      ],
    },
    {
      title: 'CPU',
      lines: [
        side(
          9,
          timeSeries({
            title: 'CPU',
            description: 'CPU cores in use: 1 core is one CPU busy all the time.',
            noValue: 'Not running',
            unit: unit.cores,
            lines: [{ expression: cpuCores(container), legend: '{{container_name}}' }],
          }),
          timeSeries({
            title: 'CPU by mode',
            description: 'CPU cores in use by the programs themselves (user) and by the kernel for them (system).',
            noValue: 'Not running',
            unit: unit.cores,
            stacked: true,
            lines: [
              {
                expression: perSecond(container, 'container_cpu_user_seconds_total'),
                legend: '{{container_name}} user',
              },
              {
                expression: perSecond(container, 'container_cpu_system_seconds_total'),
                legend: '{{container_name}} system',
              },
            ],
          }),
        ),
        side(
          9,
          timeSeries({
            title: 'CPU, percent of its limit',
            description:
              'CPU in use as a share of the CPU limit; of the CPUs that the container could run on, where it has no limit.',
            noValue: 'Not running',
            unit: unit.share,
            softMax: 1,
            lines: [{ expression: cpuOfLimit(container), legend: '{{container_name}}' }],
          }),
          timeSeries({
            title: 'Throttling',
            description:
              'The part of the CPU limit’s periods in which the container had used up its limit and had to wait; 0 without a limit. From about a quarter on, answers get slow.',
            noValue: 'Not running',
            unit: unit.share,
            softMax: 1,
            steps: ['green', [0.25, 'red']],
            lines: [{ expression: throttledRatio(container), legend: '{{container_name}}' }],
          }),
          timeSeries({
            title: 'Time throttled',
            description:
              'Seconds of waiting for the CPU limit in each second, of all threads together: it may be more than one.',
            noValue: 'Not running',
            unit: unit.seconds,
            lines: [
              {
                expression: perSecond(container, 'container_cpu_throttled_seconds_total'),
                legend: '{{container_name}}',
              },
            ],
          }),
        ),
      ],
    },
    {
      title: 'Memory',
      lines: [
        side(
          10,
          timeSeries({
            title: 'Memory',
            description:
              'Working set: memory in use without the page cache that can be dropped at once. Anonymous memory is the programs’ own. The limit is drawn where there is one.',
            noValue: 'Not running',
            unit: unit.bytes,
            lines: [
              { expression: workingSet(container), legend: '{{container_name}} working set' },
              {
                expression: sumBy(container, ofContainers('container_memory_rss_bytes')),
                legend: '{{container_name}} anonymous',
              },
              {
                expression: sumBy(container, ofContainers('container_memory_cache_bytes')),
                legend: '{{container_name}} page cache',
              },
              { expression: memoryLimit(container), legend: '{{container_name}} limit', isLimit: true },
            ],
          }),
          timeSeries({
            title: 'Memory, percent of its limit',
            description:
              'Working set as a share of the memory limit, of containers that have one. At 100 % the kernel kills.',
            noValue: noLimit,
            unit: unit.share,
            softMax: 1,
            steps: shareOfLimit,
            lines: [{ expression: memoryOfLimit(container), legend: '{{container_name}}' }],
          }),
        ),
      ],
    },
    {
      title: 'Network',
      lines: [
        side(
          9,
          timeSeries({
            title: 'Traffic per interface',
            description: 'Bytes received, and below the axis bytes sent.',
            noValue: noNetwork,
            unit: unit.bytesPerSecond,
            lines: [
              { expression: received(perInterface), legend: '{{container_name}} {{interface}} received' },
              { expression: sent(perInterface), legend: '{{container_name}} {{interface}} sent', below: true },
            ],
          }),
          timeSeries({
            title: 'Packets per interface',
            description: 'Packets received, and below the axis packets sent.',
            noValue: noNetwork,
            unit: unit.packetsPerSecond,
            lines: [
              {
                expression: perSecond(perInterface, 'container_network_receive_packets_total'),
                legend: '{{container_name}} {{interface}} received',
              },
              {
                expression: perSecond(perInterface, 'container_network_transmit_packets_total'),
                legend: '{{container_name}} {{interface}} sent',
                below: true,
              },
            ],
          }),
          timeSeries({
            title: 'Errors and drops per interface',
            description:
              'Packets with errors and packets that were dropped, in both directions. All of it should be 0.',
            noValue: noNetwork,
            unit: unit.packetsPerSecond,
            lines: [
              {
                expression: `${perSecond(perInterface, 'container_network_receive_errors_total')} + ${perSecond(perInterface, 'container_network_transmit_errors_total')}`,
                legend: '{{container_name}} {{interface}} errors',
              },
              {
                expression: `${perSecond(perInterface, 'container_network_receive_dropped_total')} + ${perSecond(perInterface, 'container_network_transmit_dropped_total')}`,
                legend: '{{container_name}} {{interface}} dropped',
              },
            ],
          }),
        ),
      ],
    },
    {
      title: 'Disk and processes',
      lines: [
        side(
          9,
          timeSeries({
            title: 'Disk per device',
            description:
              'Bytes read from block devices, and below the axis bytes written. A device is named by its major and minor number, as in `lsblk`. What the page cache answers does not count.',
            noValue: noDisk,
            unit: unit.bytesPerSecond,
            lines: [
              { expression: read(perDevice), legend: '{{container_name}} {{device}} read' },
              { expression: written(perDevice), legend: '{{container_name}} {{device}} written', below: true },
            ],
          }),
          timeSeries({
            title: 'Processes',
            description: 'Processes and threads, and the limit where there is one.',
            noValue: 'Not running',
            unit: unit.count,
            lines: [
              {
                expression: maxBy(container, ofContainers('container_pids_current')),
                legend: '{{container_name}}',
              },
              {
                expression: maxBy(container, ofContainers('container_pids_limit')),
                legend: '{{container_name}} limit',
                isLimit: true,
              },
            ],
          }),
        ),
      ],
    },
    {
      title: 'History',
      lines: [
        side(
          7,
          stateTimeline({
            title: 'States',
            description: 'In which state it was when.',
            expression: stateNumber,
            legend: '{{container_name}}',
            mappings: stateNumbers,
          }),
          stateTimeline({
            title: 'Health',
            description: 'What its health check said when.',
            expression: maxBy(container, ofContainers('container_health_status')),
            legend: '{{container_name}}',
            mappings: healths,
          }),
        ),
        side(
          8,
          timeSeries({
            title: 'Restarts',
            description: 'Restarts by the restart policy since the container was last started by hand.',
            unit: unit.count,
            stepped: true,
            lines: [
              {
                expression: maxBy(container, ofContainers('container_restart_count')),
                legend: '{{container_name}}',
              },
            ],
          }),
          timeSeries({
            title: 'Time since the last start',
            description: 'Each fall to 0 is a start; a gap is a time when it did not run.',
            noValue: 'Not running',
            unit: unit.duration,
            lines: [
              {
                expression: maxBy(container, ofContainers('container_uptime_seconds')),
                legend: '{{container_name}}',
              },
            ],
          }),
          timeSeries({
            title: 'Exit code',
            description: 'Exit code of the last run; 0 while it runs. 137: killed, 143: ended on request.',
            unit: unit.count,
            stepped: true,
            lines: [
              {
                expression: maxBy(container, ofContainers('container_exit_code')),
                legend: '{{container_name}}',
              },
            ],
          }),
        ),
      ],
    },
  ],
});
