import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { VariableName } from './promql.ts';
import { select } from './promql.ts';

/** The data source that every panel and every other variable asks. */
export const dataSource = { type: 'prometheus', uid: '${datasource}' };

export const dataSourceVariable = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .type('prometheus')
  .build();

/**
 * Hidden: the jobs that scrape Tallyman, whatever they are called. It keeps apart what other exporters say under the same names,
 * cAdvisor for one.
 */
const job = defineVariable('job', {
  label: 'Job',
  description: 'The Prometheus jobs that scrape Tallyman.',
  metric: 'exporter_up',
  values: 'job',
  hidden: true,
});

const host = {
  label: 'Host',
  description: 'The hosts, by the address of their exporter.',
  metric: select('exporter_up', ['job']),
  values: 'instance',
};

/** Hosts, any number of them. */
export const hosts = [job, defineVariable('host', host)];
/** For panels about one host, or whose lines would be many times too many for several. */
export const oneHost = [job, defineVariable('host', { ...host, single: true })];

const project = {
  label: 'Project',
  metric: select('container_last_seen', ['job', 'host']),
  values: 'compose_project',
};

const servicesAndContainers = [
  defineVariable('service', {
    label: 'Service',
    description: 'Services of the projects.',
    metric: select('container_last_seen', ['job', 'host', 'project']),
    values: 'compose_service',
    allValue: '.*',
  }),
  defineVariable('container', {
    label: 'Container',
    description: 'Containers of the services, stopped ones too.',
    metric: select('container_last_seen', ['job', 'host', 'project', 'service']),
    values: 'container_name',
    allValue: '.*',
  }),
];

/** The containers of the hosts, narrowed down in steps. Those outside of any project have an empty label: All is `.*`. */
export const containers = [
  defineVariable('project', {
    ...project,
    description: 'Compose projects. All includes containers of none.',
    allValue: '.*',
  }),
  ...servicesAndContainers,
];

/** The same without containers that are of no project. */
export const containersOfProjects = [
  defineVariable('project', { ...project, description: 'Compose projects.', allValue: '.+' }),
  ...servicesAndContainers,
];

/** The engines' own metrics, which are another job with other addresses. */
export const engines = [
  defineVariable('engine_job', {
    label: 'Engine job',
    description: "The Prometheus jobs that scrape the engines' own metrics.",
    metric: 'engine_daemon_engine_info',
    values: 'job',
    hidden: true,
  }),
  defineVariable('engine', {
    label: 'Engine',
    description: 'The engines, by the address of their own metrics.',
    metric: select('engine_daemon_engine_info', ['engine_job']),
    values: 'instance',
  }),
];

const org = defineVariable('org', {
  label: 'Organisation',
  description: 'The organisations, by the Prometheus jobs that scrape their endpoints.',
  metric: 'scout_stream_vulnerabilities',
  values: 'job',
  single: true,
});
const stream = {
  label: 'Stream',
  description: 'Environments, and latest-indexed: the newest tag of each repository.',
  metric: select('scout_stream_vulnerabilities', ['org']),
  values: 'streamName',
};

/** Streams of one organisation, any number of them: they may have images in common. */
export const streams = [org, defineVariable('stream', stream)];
/** One stream, and policies. */
export const streamAndPolicies = [
  org,
  defineVariable('stream', { ...stream, single: true }),
  defineVariable('policy', {
    label: 'Policy',
    description: 'The enabled policies, by their ids.',
    metric: select('scout_policy_evaluated_images', ['org']),
    values: 'id',
  }),
];

interface Variable {
  label: string;
  description: string;
  /** Selects the series that have the values ... */
  metric: string;
  /** ... as this label's. */
  values: string;
  /** What All stands for; all the values by default. */
  allValue?: string;
  single?: boolean;
  hidden?: boolean;
}

function defineVariable(name: VariableName, options: Variable): VariableModel {
  const query = `label_values(${options.metric}, ${options.values})`;
  const variable = new QueryVariableBuilder(name)
    .label(options.label)
    .description(options.description)
    .datasource(dataSource)
    .definition(query)
    // 1: label_values, in the words of the data source's editor
    .query({ qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    // oxlint-disable-next-line unicorn/no-array-sort -- a builder, no array
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
  if (options.hidden === true) variable.hide(VariableHide.HideVariable);
  if (options.single === true) return variable.multi(false).includeAll(false).build();
  if (options.allValue !== undefined) variable.allValue(options.allValue);
  return variable
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'] })
    .build();
}
