import { healths, noSteps, shareOfLimit, stateWords, unit, yesNo } from './appearance.ts';
import {
  cpuCores,
  failed,
  memoryOfLimit,
  nearMemoryLimit,
  oomKilled,
  read,
  received,
  restarting,
  sent,
  throttled,
  throttledRatio,
  unhealthy,
  workingSet,
  written,
} from './container-metrics.ts';
import type { LabelColumn, ValueColumn } from './panels/table.ts';
import { containerRow, maxBy, ofContainers } from './promql.ts';

/** Columns of tables with a row for each container. */

const nameColumn: LabelColumn = {
  title: 'Container',
  label: 'container_name',
  width: 220,
  link: {
    title: 'This container in depth',
    dashboard: 'container',
    columns: { host: 'Host', container: 'Container' },
  },
};
const projectColumn: LabelColumn = {
  title: 'Project',
  label: 'compose_project',
  width: 130,
  link: { title: 'This project', dashboard: 'project', columns: { host: 'Host', project: 'Project' } },
};
const serviceColumn: LabelColumn = { title: 'Service', label: 'compose_service', width: 130 };
const hostColumn: LabelColumn = { title: 'Host', label: 'instance', width: 170 };

export const identityColumns = [nameColumn, projectColumn, serviceColumn, hostColumn];

/** The labels that only the first query of a table has: one value a container at any moment. */
export const stateRows = maxBy(`${containerRow}, image, state`, `${ofContainers('container_state')} == 1`);

export const stateColumn: LabelColumn = { title: 'State', label: 'state', width: 100, mappings: stateWords };
export const imageColumn: LabelColumn = { title: 'Image', label: 'image' };

export const healthColumn: ValueColumn = {
  title: 'Health',
  expression: maxBy(containerRow, ofContainers('container_health_status')),
  unit: unit.count,
  mappings: healths,
  width: 100,
};
export const restartsColumn: ValueColumn = {
  title: 'Restarts',
  expression: maxBy(containerRow, ofContainers('container_restart_count')),
  unit: unit.count,
  decimals: 0,
  width: 90,
};
export const uptimeColumn: ValueColumn = {
  title: 'Up for',
  expression: maxBy(containerRow, ofContainers('container_uptime_seconds')),
  unit: unit.duration,
  width: 120,
};
export const startedColumn: ValueColumn = {
  title: 'Last start',
  expression: `${maxBy(containerRow, ofContainers('container_start_time_seconds'))} * 1000`,
  unit: unit.timeAgo,
  width: 140,
};
export const exitCodeColumn: ValueColumn = {
  title: 'Exit code',
  expression: maxBy(containerRow, ofContainers('container_exit_code')),
  unit: unit.count,
  decimals: 0,
  width: 90,
};
export const oomKilledColumn: ValueColumn = {
  title: 'OOM-killed',
  expression: maxBy(containerRow, ofContainers('container_oom_killed')),
  unit: unit.count,
  mappings: yesNo,
  width: 100,
};
export const cpuColumn: ValueColumn = {
  title: 'CPU',
  expression: cpuCores(containerRow),
  unit: unit.cores,
  decimals: 2,
  steps: noSteps,
  width: 110,
};
export const throttledColumn: ValueColumn = {
  title: 'Throttled',
  expression: throttledRatio(containerRow),
  unit: unit.share,
  decimals: 0,
  steps: ['green', [0.1, 'orange'], [0.25, 'red']],
  width: 100,
};
export const memoryColumn: ValueColumn = {
  title: 'Memory',
  expression: workingSet(containerRow),
  unit: unit.bytes,
  steps: noSteps,
  width: 100,
};
export const memoryOfLimitColumn: ValueColumn = {
  title: 'Of its limit',
  expression: memoryOfLimit(containerRow),
  unit: unit.share,
  decimals: 0,
  steps: shareOfLimit,
  barTo: 1,
  width: 130,
};
export const trafficColumns: readonly ValueColumn[] = [
  { title: 'Received', expression: received(containerRow), unit: unit.bytesPerSecond, width: 110 },
  { title: 'Sent', expression: sent(containerRow), unit: unit.bytesPerSecond, width: 110 },
  { title: 'Read', expression: read(containerRow), unit: unit.bytesPerSecond, width: 110 },
  { title: 'Written', expression: written(containerRow), unit: unit.bytesPerSecond, width: 110 },
];

/** What is wrong with a container; empty where nothing is. */
export const troubleColumns: readonly ValueColumn[] = [
  {
    title: 'Failed, exit code',
    expression: failed(containerRow),
    unit: unit.count,
    decimals: 0,
    steps: ['red'],
  },
  { title: 'Restarts', expression: restarting(containerRow), unit: unit.count, decimals: 0, steps: ['orange'] },
  { title: 'Health', expression: unhealthy(containerRow), unit: unit.count, mappings: healths },
  { title: 'OOM-killed', expression: oomKilled(containerRow), unit: unit.count, mappings: yesNo },
  {
    title: 'Throttled',
    expression: throttled(containerRow),
    unit: unit.share,
    decimals: 0,
    steps: ['orange', [0.5, 'red']],
  },
  {
    title: 'Memory of its limit',
    expression: nearMemoryLimit(containerRow),
    unit: unit.share,
    decimals: 0,
    steps: ['red'],
  },
];
