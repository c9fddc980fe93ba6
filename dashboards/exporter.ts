import { anyIsBad, anyIsOdd, shareOfLimit, toMapping, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import { stat } from './panels/stat.ts';
import { stateTimeline } from './panels/state-timeline.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { maxBy, ofHosts, rate, sumBy } from './promql.ts';
import { hosts } from './variables.ts';

function byHost(metric: string): string {
  return maxBy('instance', ofHosts(metric));
}

function perSecond(by: string, metric: string): string {
  return sumBy(by, rate(ofHosts(metric)));
}

export const exporter = createBoard({
  name: 'exporter',
  title: 'Docker: exporter',
  description: 'Tallyman itself: whether it sees everything, how long that takes and what it costs.',
  variables: hosts,
  sections: [
    {
      title: 'Now',
      lines: [
        side(
          4,
          stat({
            title: 'Out of reach',
            description: 'Exporters that Prometheus cannot scrape.',
            unit: unit.count,
            expression: `sum(1 - ${ofHosts('up')})`,
            steps: anyIsBad,
          }),
          stat({
            title: 'Blind',
            description: 'Exporters that answer but cannot list the containers of their engine.',
            unit: unit.count,
            expression: `sum(1 - ${ofHosts('exporter_up')})`,
            steps: anyIsBad,
            noValue: 'No exporter answers',
          }),
          stat({
            title: 'Errors in 10 minutes',
            description: 'Answers of the engine that were missing, late or unreadable within the last 10 minutes.',
            unit: unit.count,
            expression: `sum(increase(${ofHosts('exporter_scrape_errors_total')}[10m]))`,
            steps: anyIsOdd,
            noValue: 'No exporter answers',
          }),
          stat({
            title: 'Refused calls',
            description:
              'Kinds of calls that an engine, or a proxy before it, refuses. Only the metrics that need them are missing.',
            unit: unit.count,
            expression: `sum(${ofHosts('exporter_engine_call_refused')})`,
            steps: anyIsOdd,
            noValue: 'No exporter answers',
          }),
          stat({
            title: 'Containers left out',
            description:
              'Containers that are not shown because another one of the host has the very same labels. `metrics.labels.container_id` tells them apart.',
            unit: unit.count,
            expression: `sum(${ofHosts('exporter_duplicate_containers')}) or vector(0)`,
            steps: anyIsOdd,
          }),
        ),
        side(
          6,
          table({
            title: 'Exporters',
            description: 'Each exporter with its version, and what its scrapes take.',
            rows: maxBy('instance, version, commit, go_version', ofHosts('exporter_build_info')),
            columns: [
              {
                title: 'Host',
                label: 'instance',
                link: { title: 'Its containers', dashboard: 'overview', columns: { host: 'Host' } },
              },
              { title: 'Version', label: 'version' },
              { title: 'Commit', label: 'commit' },
              { title: 'Runtime', label: 'go_version' },
              {
                title: 'Started',
                expression: `${byHost('process_start_time_seconds')} * 1000`,
                unit: unit.timeAgo,
              },
              { title: 'Scrape takes', expression: byHost('scrape_duration_seconds'), unit: unit.seconds },
              {
                title: 'Samples',
                expression: byHost('scrape_samples_scraped'),
                unit: unit.count,
                decimals: 0,
              },
              { title: 'CPU', expression: perSecond('instance', 'process_cpu_seconds_total'), unit: unit.cores },
              { title: 'Memory', expression: byHost('process_resident_memory_bytes'), unit: unit.bytes },
            ],
            sortBy: 'Host',
          }),
        ),
      ],
    },
    {
      title: 'Scrapes',
      lines: [
        side(
          9,
          timeSeries({
            title: 'Time a scrape takes',
            description:
              'As Prometheus measures it. It gives up at its scrape timeout, 10 seconds if not told otherwise.',
            unit: unit.seconds,
            lines: [{ expression: byHost('scrape_duration_seconds'), legend: '{{instance}}' }],
          }),
          timeSeries({
            title: 'Time by collector',
            description:
              'What each collector took, of the slowest of the selected hosts; for the groups container and system the time in which the engine was asked.',
            noValue: 'No exporter answers',
            unit: unit.seconds,
            lines: [
              {
                expression: maxBy('collector', ofHosts('exporter_scrape_duration_seconds')),
                legend: '{{collector}}',
              },
            ],
          }),
        ),
        side(
          9,
          timeSeries({
            title: 'Errors by collector',
            description: 'Answers that were missing, late or unreadable, per second. All of it should be 0.',
            noValue: 'No exporter answers',
            unit: unit.perSecond,
            lines: [{ expression: perSecond('collector', 'exporter_scrape_errors_total'), legend: '{{collector}}' }],
          }),
          timeSeries({
            title: 'Samples per scrape',
            description: 'How many samples Prometheus gets: about 40 for each running container.',
            unit: unit.count,
            lines: [{ expression: byHost('scrape_samples_scraped'), legend: '{{instance}}' }],
          }),
        ),
      ],
    },
    {
      title: 'Calls to the engine',
      lines: [
        side(
          9,
          timeSeries({
            title: 'Calls',
            description:
              'Calls to the engine, per second, by kind. Statistics are asked for each running container; the rest only when something has changed.',
            noValue: 'No exporter answers',
            unit: unit.perSecond,
            lines: [{ expression: perSecond('call', 'exporter_engine_calls_total'), legend: '{{call}}' }],
          }),
          timeSeries({
            title: 'Failed calls',
            description:
              'Calls that gave nothing or not all, per second, by kind and reason; a line at 0 for each kind that works.',
            noValue: 'No exporter answers',
            unit: unit.perSecond,
            lines: [
              {
                expression: `${perSecond('call, reason', 'exporter_engine_call_errors_total')} or on (call) 0 * ${perSecond('call', 'exporter_engine_calls_total')}`,
                legend: '{{call}} {{reason}}',
              },
            ],
          }),
          stateTimeline({
            title: 'Refused calls',
            description:
              'Which kinds of calls the engine, or a proxy before it, refuses; of any of the selected hosts.',
            noValue: 'No exporter answers',
            expression: maxBy('call', ofHosts('exporter_engine_call_refused')),
            legend: '{{call}}',
            mappings: toMapping([
              ['0', { text: 'allowed', color: 'green' }],
              ['1', { text: 'refused', color: 'orange' }],
            ]),
          }),
        ),
      ],
    },
    {
      title: 'The exporter’s process',
      lines: [
        side(
          9,
          timeSeries({
            title: 'CPU',
            description: 'CPU cores that the exporter itself uses.',
            noValue: 'No exporter answers',
            unit: unit.cores,
            lines: [{ expression: perSecond('instance', 'process_cpu_seconds_total'), legend: '{{instance}}' }],
          }),
          timeSeries({
            title: 'Memory',
            description:
              'Resident: in RAM, pages of its own program that the kernel may drop included. Anonymous: what counts against a memory limit. Heap: JavaScript objects. External: buffers outside of the heap.',
            noValue: 'No exporter answers',
            unit: unit.bytes,
            lines: [
              { expression: byHost('process_resident_memory_bytes'), legend: '{{instance}} resident' },
              { expression: byHost('process_anonymous_memory_bytes'), legend: '{{instance}} anonymous' },
              { expression: byHost('nodejs_heap_used_bytes'), legend: '{{instance}} heap' },
              { expression: byHost('nodejs_external_memory_bytes'), legend: '{{instance}} external' },
            ],
          }),
          timeSeries({
            title: 'Event loop',
            description: 'The share of time in which the one thread that runs its code was busy.',
            noValue: 'No exporter answers',
            unit: unit.share,
            softMax: 1,
            lines: [
              { expression: perSecond('instance', 'nodejs_eventloop_active_seconds_total'), legend: '{{instance}}' },
            ],
          }),
          timeSeries({
            title: 'Open files',
            description: 'Open file descriptors as a share of the most that it may have.',
            noValue: 'No exporter answers',
            unit: unit.share,
            softMax: 1,
            steps: shareOfLimit,
            lines: [
              {
                expression: `${byHost('process_open_fds')} / ${byHost('process_max_fds')}`,
                legend: '{{instance}}',
              },
            ],
          }),
        ),
      ],
    },
  ],
});
