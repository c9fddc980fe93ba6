/**
 * Matchers of the dashboards' variables. `${name:regex}` escapes a value for a regular expression, and a raw string in backticks
 * takes that as it is: quotes, backslashes and line ends in a label need no second escaping, which Grafana does differently from
 * version to version.
 */
export type VariableName =
  | 'job'
  | 'host'
  | 'project'
  | 'service'
  | 'container'
  | 'engine_job'
  | 'engine'
  | 'org'
  | 'stream'
  | 'policy';

const labelOf: Readonly<Record<VariableName, string>> = {
  job: 'job',
  host: 'instance',
  project: 'compose_project',
  service: 'compose_service',
  container: 'container_name',
  engine_job: 'job',
  engine: 'instance',
  // The supply chain's endpoint is scraped by one job for each organisation, which has its name.
  org: 'job',
  stream: 'streamName',
  policy: 'id',
};

/** `metric{matchers of the variables, more matchers}` */
export function select(metric: string, variables: readonly VariableName[], ...more: readonly string[]): string {
  const matchers = variables.map((name) => `${labelOf[name]}=~\`\${${name}:regex}\``);
  return `${metric}{${[...matchers, ...more].join(', ')}}`;
}

/** The series of the selected containers. */
export function ofContainers(metric: string, ...more: readonly string[]): string {
  return select(metric, ['job', 'host', 'project', 'service', 'container'], ...more);
}

/** The series that the exporters of the selected hosts have once. */
export function ofHosts(metric: string, ...more: readonly string[]): string {
  return select(metric, ['job', 'host'], ...more);
}

/** The series of the selected engines' own metrics. */
export function ofEngines(metric: string, ...more: readonly string[]): string {
  return select(metric, ['engine_job', 'engine'], ...more);
}

export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

/**
 * What a container is known by. Neither its id nor its image: one that was made anew, from a newer image even, goes on in the
 * same line.
 */
export const container = 'instance, container_name';
/** The same, with what tables show beside it. */
export const containerRow = 'instance, compose_project, compose_service, container_name';

export function sumBy(labels: string, expression: string): string {
  return `sum by (${labels}) (${expression})`;
}

export function maxBy(labels: string, expression: string): string {
  return `max by (${labels}) (${expression})`;
}

/** How many series there are; 0 for none. */
export function countOf(expression: string): string {
  return `count(${expression}) or vector(0)`;
}

/**
 * Those ten that have the most over the whole time shown, and no others: a plain topk picks anew at every point, which gives
 * dozens of broken lines. `total` is `expression` over the range.
 */
export function topTen(expression: string, total: string): string {
  return `${expression} and topk(10, ${total})`;
}

/** The moment for which `topTen` chooses. */
export const overTheRange = '[$__range] @ end()';
