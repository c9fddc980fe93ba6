import { anyIsBad, anyIsOdd, noSteps, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import {
  cpuColumn,
  healthColumn,
  identityColumns,
  imageColumn,
  memoryColumn,
  memoryOfLimitColumn,
  restartsColumn,
  stateColumn,
  stateRows,
  trafficColumns,
  troubleColumns,
  uptimeColumn,
} from './container-columns.ts';
import {
  failed,
  nearLimitFrom,
  nearMemoryLimit,
  oomKilled,
  restarting,
  throttled,
  throttledFrom,
  unhealthy,
  workingSet,
} from './container-metrics.ts';
import { stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { container, countOf, ofContainers, ofHosts, overTheRange, sumBy, topTen } from './promql.ts';
import { containers, hosts } from './variables.ts';

const percent = (share: number): string => `${String(share * 100)} %`;
/** Several hosts may have containers of one name. */
const legend = '{{container_name}} · {{instance}}';

function inState(states: string): string {
  return countOf(`${ofContainers('container_state', `state=~"${states}"`)} == 1`);
}

/** The ten that have the most of a counter, as rates. */
function topRates(...metrics: readonly string[]): string {
  const over = (window: string): string =>
    metrics.map((metric) => sumBy(container, `rate(${ofContainers(metric)}${window})`)).join(' + ');
  return topTen(over('[$__rate_interval]'), over(overTheRange));
}

export const overview = createBoard({
  name: 'overview',
  title: 'Docker: overview',
  description: 'All containers of all hosts: what is running, what is wrong, and who uses most.',
  variables: [...hosts, ...containers],
  sections: [
    {
      title: 'What is running',
      lines: [
        side(
          4,
          stat({
            title: 'Hosts out of sight',
            description:
              'Hosts whose exporter Prometheus cannot scrape, or whose exporter cannot list the containers of its engine. What the other panels show is without them.',
            unit: unit.count,
            expression: `sum(1 - (${ofHosts('exporter_up')} or 0 * ${ofHosts('up')}))`,
            steps: anyIsBad,
          }),
          stat({
            title: 'Running',
            description: 'Selected containers in the state running.',
            unit: unit.count,
            expression: inState('running'),
            steps: ['green'],
          }),
          stat({
            title: 'Paused',
            description: 'Selected containers in the state paused.',
            unit: unit.count,
            expression: inState('paused'),
            steps: noSteps,
          }),
          stat({
            title: 'Stopped',
            description: 'Selected containers that were never started or have ended, well or not.',
            unit: unit.count,
            expression: inState('created|exited|dead'),
            steps: noSteps,
          }),
        ),
      ],
    },
    {
      title: 'What is wrong',
      lines: [
        side(
          4,
          stat({
            title: 'Failed',
            description:
              'Containers that have ended with an exit code other than 0. 137 and 143, which `docker stop` leaves, are not counted.',
            unit: unit.count,
            expression: countOf(failed(container)),
            steps: anyIsBad,
          }),
          stat({
            title: 'Restarting',
            description:
              'Containers that wait for a restart by their restart policy, or had one within the last 10 minutes.',
            unit: unit.count,
            expression: countOf(restarting(container)),
            steps: anyIsBad,
          }),
          stat({
            title: 'Unhealthy',
            description: 'Containers whose health check fails.',
            unit: unit.count,
            expression: countOf(unhealthy(container)),
            steps: anyIsBad,
          }),
          stat({
            title: 'OOM-killed',
            description:
              'Containers of which the kernel has killed a process for lack of memory since their last start. Engines before 25 say it of process 1 only.',
            unit: unit.count,
            expression: countOf(oomKilled(container)),
            steps: anyIsBad,
          }),
          stat({
            title: 'Throttled',
            description: `Containers that their CPU limit held up in more than ${percent(throttledFrom)} of its periods.`,
            unit: unit.count,
            expression: countOf(throttled(container)),
            steps: anyIsOdd,
          }),
          stat({
            title: 'Near the memory limit',
            description: `Containers whose working set is over ${percent(nearLimitFrom)} of their memory limit.`,
            unit: unit.count,
            expression: countOf(nearMemoryLimit(container)),
            steps: anyIsOdd,
          }),
        ),
        side(
          8,
          table({
            title: 'Containers in trouble',
            description:
              'One row for each container with something wrong; empty cells are what is not wrong. Click on a name for the container in depth.',
            noValue: 'Nothing is wrong',
            columns: [...identityColumns, ...troubleColumns],
            sortBy: 'Container',
          }),
        ),
      ],
    },
    {
      title: 'Containers',
      lines: [
        side(
          12,
          table({
            title: 'All containers',
            description:
              'The selected containers, stopped ones too, at the end of the time shown. Empty cells are what does not apply or what the engine does not say. Click on a name for the container in depth.',
            rows: stateRows,
            columns: [
              ...identityColumns,
              stateColumn,
              healthColumn,
              uptimeColumn,
              restartsColumn,
              cpuColumn,
              memoryColumn,
              memoryOfLimitColumn,
              ...trafficColumns,
              imageColumn,
            ],
            sortBy: 'CPU',
            descending: true,
          }),
        ),
      ],
    },
    {
      title: 'Who uses most',
      lines: [
        side(
          10,
          timeSeries({
            title: 'CPU: top 10',
            description: 'CPU cores in use, of the ten containers that used most over the time shown.',
            unit: unit.cores,
            lines: [{ expression: topRates('container_cpu_usage_seconds_total'), legend }],
          }),
          timeSeries({
            title: 'Memory: top 10',
            description:
              'Working set: memory in use without the page cache that can be dropped at once, as in `docker stats`.',
            unit: unit.bytes,
            lines: [
              {
                expression: topTen(
                  workingSet(container),
                  sumBy(
                    container,
                    `avg_over_time(${ofContainers('container_memory_working_set_bytes')}${overTheRange})`,
                  ),
                ),
                legend,
              },
            ],
          }),
        ),
        side(
          10,
          timeSeries({
            title: 'Network: top 10',
            description: 'Bytes received and sent on all interfaces together.',
            noValue: 'None of these containers has a network of its own',
            unit: unit.bytesPerSecond,
            lines: [
              {
                expression: topRates('container_network_receive_bytes_total', 'container_network_transmit_bytes_total'),
                legend,
              },
            ],
          }),
          timeSeries({
            title: 'Disk: top 10',
            description:
              'Bytes read from and written to block devices together. What the page cache answers does not count; what is written counts when the kernel writes it out.',
            noValue: 'The engine has counted no disk I/O of these containers',
            unit: unit.bytesPerSecond,
            lines: [
              { expression: topRates('container_fs_reads_bytes_total', 'container_fs_writes_bytes_total'), legend },
            ],
          }),
        ),
      ],
    },
  ],
});
