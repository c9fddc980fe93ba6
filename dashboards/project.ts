import type { Steps } from './appearance.ts';
import { anyIsBad, noSteps, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import {
  cpuColumn,
  exitCodeColumn,
  healthColumn,
  identityColumns,
  imageColumn,
  memoryColumn,
  memoryOfLimitColumn,
  restartsColumn,
  stateColumn,
  stateRows,
  uptimeColumn,
} from './container-columns.ts';
import {
  cpuCores,
  failed,
  read,
  received,
  restarting,
  sent,
  unhealthy,
  workingSet,
  written,
} from './container-metrics.ts';
import { stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { timeSeries } from './panels/time-series.ts';
import { container, countOf, ofContainers, sumBy } from './promql.ts';
import { containersOfProjects, hosts } from './variables.ts';

const noneRuns = 'None of these containers runs';
const noNetwork = 'None of these containers has a network of its own';
const noDisk = 'The engine has counted no disk I/O of these containers';

/** A row a service and host. */
const serviceRow = 'instance, compose_project, compose_service';
const service = 'compose_project, compose_service';
const serviceLegend = '{{compose_project}} / {{compose_service}}';
const containerLegend = '{{container_name}} · {{instance}}';

/** 1 for each container in one of the states, 0 for the others. */
function isIn(states: string): string {
  return ofContainers('container_state', `state=~"${states}"`);
}

function count(title: string, description: string, expression: string, steps: Steps): ReturnType<typeof stat> {
  return stat({ title, description, unit: unit.count, expression, steps });
}

/** The four resources, summed by these labels. */
function resources(by: string, legend: string, stacked: boolean) {
  return [
    timeSeries({
      title: 'CPU',
      description: 'CPU cores in use.',
      noValue: noneRuns,
      unit: unit.cores,
      stacked,
      lines: [{ expression: cpuCores(by), legend }],
    }),
    timeSeries({
      title: 'Memory',
      description: 'Working set: memory in use without the page cache that can be dropped at once.',
      noValue: noneRuns,
      unit: unit.bytes,
      stacked,
      lines: [{ expression: workingSet(by), legend }],
    }),
    timeSeries({
      title: 'Network',
      description: 'Bytes received on all interfaces together, and below the axis bytes sent.',
      noValue: noNetwork,
      unit: unit.bytesPerSecond,
      lines: [
        { expression: received(by), legend: `${legend} received` },
        { expression: sent(by), legend: `${legend} sent`, below: true },
      ],
    }),
    timeSeries({
      title: 'Disk',
      description: 'Bytes read from block devices, and below the axis bytes written.',
      noValue: noDisk,
      unit: unit.bytesPerSecond,
      lines: [
        { expression: read(by), legend: `${legend} read` },
        { expression: written(by), legend: `${legend} written`, below: true },
      ],
    }),
  ] as const;
}

const [serviceCpu, serviceMemory, serviceNetwork, serviceDisk] = resources(service, serviceLegend, true);

export const projectBoard = createBoard({
  name: 'project',
  title: 'Docker: compose project',
  description: 'One compose project, or several: its services summed, and the containers of each service.',
  variables: [...hosts, ...containersOfProjects],
  sections: [
    {
      title: 'Now',
      lines: [
        side(
          4,
          count(
            'Services',
            'Services that have containers, stopped ones too.',
            countOf(`group by (${service}) (${ofContainers('container_last_seen')})`),
            noSteps,
          ),
          count('Running', 'Containers in the state running.', countOf(`${isIn('running')} == 1`), ['green']),
          count(
            'Stopped',
            'Containers that were never started or have ended, well or not.',
            countOf(`${isIn('created|exited|dead')} == 1`),
            noSteps,
          ),
          count(
            'Failed',
            'Containers that have ended with an exit code other than 0. 137 and 143, which `docker stop` leaves, are not counted.',
            countOf(failed(container)),
            anyIsBad,
          ),
          count(
            'Restarting',
            'Containers that wait for a restart by their restart policy, or had one within the last 10 minutes.',
            countOf(restarting(container)),
            anyIsBad,
          ),
          count('Unhealthy', 'Containers whose health check fails.', countOf(unhealthy(container)), anyIsBad),
          stat({
            title: 'CPU',
            description: 'CPU cores in use, of all containers together.',
            unit: unit.cores,
            expression: `sum(${cpuCores(container)}) or vector(0)`,
            steps: noSteps,
          }),
          stat({
            title: 'Memory',
            description: 'Working sets of all containers together.',
            unit: unit.bytes,
            expression: `sum(${workingSet(container)}) or vector(0)`,
            steps: noSteps,
          }),
        ),
      ],
    },
    {
      title: 'Services',
      lines: [
        side(
          8,
          table({
            title: 'Services',
            description: 'Each service with its containers summed. Empty cells are what no container of it has.',
            columns: [
              {
                title: 'Service',
                label: 'compose_service',
                width: 200,
                link: {
                  title: 'This service',
                  dashboard: 'project',
                  columns: { host: 'Host', project: 'Project', service: 'Service' },
                },
              },
              { title: 'Project', label: 'compose_project', width: 150 },
              { title: 'Host', label: 'instance', width: 170 },
              {
                title: 'Running',
                expression: sumBy(serviceRow, isIn('running')),
                unit: unit.count,
                decimals: 0,
                steps: ['red', [1, 'green']],
              },
              {
                title: 'Containers',
                expression: `count by (${serviceRow}) (${ofContainers('container_last_seen')})`,
                unit: unit.count,
                decimals: 0,
              },
              {
                title: 'Unhealthy',
                expression: sumBy(serviceRow, `${ofContainers('container_health_status')} == bool 3`),
                unit: unit.count,
                decimals: 0,
                steps: anyIsBad,
              },
              {
                title: 'Restarts',
                expression: sumBy(serviceRow, ofContainers('container_restart_count')),
                unit: unit.count,
                decimals: 0,
              },
              { title: 'CPU', expression: cpuCores(serviceRow), unit: unit.cores, decimals: 2 },
              { title: 'Memory', expression: workingSet(serviceRow), unit: unit.bytes },
              { title: 'Received', expression: received(serviceRow), unit: unit.bytesPerSecond },
              { title: 'Sent', expression: sent(serviceRow), unit: unit.bytesPerSecond },
              { title: 'Read', expression: read(serviceRow), unit: unit.bytesPerSecond },
              { title: 'Written', expression: written(serviceRow), unit: unit.bytesPerSecond },
            ],
            sortBy: 'Service',
          }),
        ),
        side(10, serviceCpu, serviceMemory),
        side(10, serviceNetwork, serviceDisk),
      ],
    },
    {
      title: 'Containers',
      lines: [
        side(
          8,
          table({
            title: 'Containers',
            description:
              'The containers of the services, stopped ones too. Click on a name for the container in depth.',
            rows: stateRows,
            columns: [
              ...identityColumns,
              stateColumn,
              healthColumn,
              uptimeColumn,
              exitCodeColumn,
              restartsColumn,
              cpuColumn,
              memoryColumn,
              memoryOfLimitColumn,
              imageColumn,
            ],
            sortBy: 'Container',
          }),
        ),
      ],
    },
    {
      title: 'Service $service',
      repeat: 'service',
      lines: [side(9, ...resources(container, containerLegend, false))],
    },
  ],
});
