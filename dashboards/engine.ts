import { noSteps, shareOfLimit, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import { stateTimeline } from './panels/state-timeline.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { maxBy, ofEngines, ofHosts, rate, sumBy } from './promql.ts';
import { toMapping } from './appearance.ts';
import { engines, hosts } from './variables.ts';

const notScraped = 'Prometheus has no metrics of the engine’s own: see docs/dashboards.md';
const noAction = 'No such action in this time, or Prometheus has no metrics of the engine’s own';
const refused = 'The engine, or a proxy before it, does not tell';

function perSecond(by: string, metric: string): string {
  return sumBy(by, rate(ofEngines(metric)));
}

/** The mean of a histogram of durations; nothing where nothing was measured. */
function meanSeconds(by: string, histogram: string): string {
  return `${perSecond(by, `${histogram}_sum`)} / (${perSecond(by, `${histogram}_count`)} > 0)`;
}

function byHost(metric: string, ...more: readonly string[]): string {
  return maxBy('instance', ofHosts(metric, ...more));
}

export const engine = createBoard({
  name: 'engine',
  title: 'Docker: engine',
  description: 'The engines: what they hold as the exporter sees it, and what they do by their own metrics.',
  variables: [...hosts, ...engines],
  sections: [
    {
      title: 'What the engines hold',
      lines: [
        side(
          6,
          table({
            title: 'Engines',
            description:
              'Version, host and objects of each engine. Containers are all of the engine, those too that the exporter’s filters leave out.',
            rows: maxBy('instance, version, api_version, os, kernel, arch', ofHosts('docker_engine_info')),
            columns: [
              {
                title: 'Host',
                label: 'instance',
                link: { title: 'Its containers', dashboard: 'overview', columns: { host: 'Host' } },
              },
              { title: 'Version', label: 'version' },
              { title: 'API', label: 'api_version' },
              { title: 'System', label: 'os' },
              { title: 'Kernel', label: 'kernel' },
              { title: 'CPU', label: 'arch' },
              {
                title: 'Running',
                expression: byHost('docker_containers_total', 'state="running"'),
                unit: unit.count,
                decimals: 0,
              },
              {
                title: 'Paused',
                expression: byHost('docker_containers_total', 'state="paused"'),
                unit: unit.count,
                decimals: 0,
              },
              {
                title: 'Stopped',
                expression: byHost('docker_containers_total', 'state="stopped"'),
                unit: unit.count,
                decimals: 0,
              },
              { title: 'Images', expression: byHost('docker_images_total'), unit: unit.count, decimals: 0 },
              { title: 'Volumes', expression: byHost('docker_volumes_total'), unit: unit.count, decimals: 0 },
              { title: 'Networks', expression: byHost('docker_networks_total'), unit: unit.count, decimals: 0 },
            ],
            sortBy: 'Host',
          }),
        ),
        side(
          8,
          timeSeries({
            title: 'Containers by state',
            description:
              'Containers of the selected hosts together; stopped is whatever is neither running nor paused.',
            unit: unit.count,
            stacked: true,
            lines: [{ expression: sumBy('state', ofHosts('docker_containers_total')), legend: '{{state}}' }],
          }),
          timeSeries({
            title: 'Images, volumes and networks',
            description: 'Of the selected hosts together. What only ever grows is worth a `docker system prune`.',
            noValue: refused,
            unit: unit.count,
            lines: [
              { expression: `sum(${ofHosts('docker_images_total')})`, legend: 'images' },
              { expression: `sum(${ofHosts('docker_volumes_total')})`, legend: 'volumes' },
              { expression: `sum(${ofHosts('docker_networks_total')})`, legend: 'networks' },
            ],
          }),
          stateTimeline({
            title: 'Engine in sight',
            description:
              'Whether the exporter could list the containers of its engine, and Prometheus reach the exporter.',
            expression: `${byHost('exporter_up')} or 0 * ${byHost('up')}`,
            legend: '{{instance}}',
            mappings: toMapping([
              ['0', { text: 'no', color: 'red' }],
              ['1', { text: 'yes', color: 'green' }],
            ]),
          }),
        ),
      ],
    },
    {
      title: 'What the engines do',
      lines: [
        side(
          6,
          table({
            title: 'Engines, by their own metrics',
            description: 'What each engine says of itself and its host.',
            noValue: notScraped,
            rows: maxBy('instance, version, commit, graphdriver, os, kernel', ofEngines('engine_daemon_engine_info')),
            columns: [
              { title: 'Engine', label: 'instance' },
              { title: 'Version', label: 'version' },
              { title: 'Commit', label: 'commit' },
              { title: 'Storage driver', label: 'graphdriver' },
              { title: 'System', label: 'os' },
              { title: 'Kernel', label: 'kernel' },
              {
                title: 'CPUs',
                expression: maxBy('instance', ofEngines('engine_daemon_engine_cpus_cpus')),
                unit: unit.count,
                decimals: 0,
              },
              {
                title: 'Memory of the host',
                expression: maxBy('instance', ofEngines('engine_daemon_engine_memory_bytes')),
                unit: unit.bytes,
              },
              {
                title: 'Started',
                expression: `${maxBy('instance', ofEngines('process_start_time_seconds'))} * 1000`,
                unit: unit.timeAgo,
              },
              {
                title: 'Event followers',
                expression: maxBy('instance', ofEngines('engine_daemon_events_subscribers_total')),
                unit: unit.count,
                decimals: 0,
                steps: noSteps,
              },
            ],
            sortBy: 'Engine',
          }),
        ),
        side(
          9,
          timeSeries({
            title: 'Container actions',
            description: 'Containers created, started, deleted, committed and compared with their image, per second.',
            noValue: notScraped,
            unit: unit.perSecond,
            lines: [
              {
                expression: perSecond('action', 'engine_daemon_container_actions_seconds_count'),
                legend: '{{action}}',
              },
            ],
          }),
          timeSeries({
            title: 'Time per container action',
            description:
              'Mean time that the engine took for each action. Rising times are the first sign of a slow disk.',
            noValue: noAction,
            unit: unit.seconds,
            lines: [
              { expression: meanSeconds('action', 'engine_daemon_container_actions_seconds'), legend: '{{action}}' },
            ],
          }),
          timeSeries({
            title: 'Time per network action',
            description: 'Mean time for allocating, connecting and releasing networks.',
            noValue: noAction,
            unit: unit.seconds,
            lines: [
              { expression: meanSeconds('action', 'engine_daemon_network_actions_seconds'), legend: '{{action}}' },
            ],
          }),
        ),
        side(
          9,
          timeSeries({
            title: 'Health checks',
            description:
              'Health checks run, and those that could not be run at all; a check that ran and said unhealthy is no failure here.',
            noValue: notScraped,
            unit: unit.perSecond,
            lines: [
              { expression: `sum(${rate(ofEngines('engine_daemon_health_checks_total'))})`, legend: 'run' },
              { expression: `sum(${rate(ofEngines('engine_daemon_health_checks_failed_total'))})`, legend: 'failed' },
            ],
          }),
          timeSeries({
            title: 'Events',
            description: 'Events that the engine has sent, per second.',
            noValue: notScraped,
            unit: unit.perSecond,
            lines: [{ expression: perSecond('instance', 'engine_daemon_events_total'), legend: '{{instance}}' }],
          }),
          timeSeries({
            title: 'Builds',
            description: 'Image builds started with the classic builder, and those that failed, by reason.',
            noValue: notScraped,
            unit: unit.perSecond,
            lines: [
              { expression: `sum(${rate(ofEngines('builder_builds_triggered_total'))})`, legend: 'started' },
              { expression: perSecond('reason', 'builder_builds_failed_total'), legend: 'failed: {{reason}}' },
            ],
          }),
          timeSeries({
            title: 'Log trouble',
            description:
              'Container log lines that could not be read or written, and lines longer than the logger’s buffer. All of it should be 0.',
            noValue: notScraped,
            unit: unit.perSecond,
            lines: [
              {
                expression: `sum(${rate(ofEngines('logger_log_write_operations_failed_total'))})`,
                legend: 'writes failed',
              },
              {
                expression: `sum(${rate(ofEngines('logger_log_read_operations_failed_total'))})`,
                legend: 'reads failed',
              },
              {
                expression: `sum(${rate(ofEngines('logger_log_entries_size_greater_than_buffer_total'))})`,
                legend: 'longer than the buffer',
              },
            ],
          }),
        ),
      ],
    },
    {
      title: 'The engines’ process',
      lines: [
        side(
          9,
          timeSeries({
            title: 'CPU of dockerd',
            description: 'CPU cores that the daemon itself uses; containerd and the containers are not in it.',
            noValue: notScraped,
            unit: unit.cores,
            lines: [{ expression: perSecond('instance', 'process_cpu_seconds_total'), legend: '{{instance}}' }],
          }),
          timeSeries({
            title: 'Memory of dockerd',
            description: 'Memory in RAM, and the part of it that is Go’s heap in use.',
            noValue: notScraped,
            unit: unit.bytes,
            lines: [
              {
                expression: maxBy('instance', ofEngines('process_resident_memory_bytes')),
                legend: '{{instance}} resident',
              },
              {
                expression: maxBy('instance', ofEngines('go_memstats_heap_inuse_bytes')),
                legend: '{{instance}} heap',
              },
            ],
          }),
          timeSeries({
            title: 'Goroutines',
            description:
              'Goroutines of the daemon. A number that only ever grows is a leak: of the daemon, or of clients that never hang up.',
            noValue: notScraped,
            unit: unit.count,
            lines: [{ expression: maxBy('instance', ofEngines('go_goroutines')), legend: '{{instance}}' }],
          }),
          timeSeries({
            title: 'Open files',
            description: 'Open file descriptors as a share of the most that the daemon may have.',
            noValue: notScraped,
            unit: unit.share,
            softMax: 1,
            steps: shareOfLimit,
            lines: [
              {
                expression: `${maxBy('instance', ofEngines('process_open_fds'))} / ${maxBy('instance', ofEngines('process_max_fds'))}`,
                legend: '{{instance}}',
              },
            ],
          }),
        ),
      ],
    },
  ],
});
