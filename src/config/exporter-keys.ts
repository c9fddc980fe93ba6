import { dockerKeys } from './docker-keys.ts';
import { defineKey, type Config, type Key } from './key.ts';
import { loggingKeys } from './logging-keys.ts';
import { boolean } from './values/boolean.ts';
import { duration } from './values/duration.ts';
import { labelMap } from './values/label-map.ts';
import { labelMatch } from './values/label-match.ts';
import { containerLabel, namespace } from './values/label-name.ts';
import { listOf } from './values/list.ts';
import { wholeNumber } from './values/number.ts';
import { pattern } from './values/pattern.ts';
import { filePath } from './values/text.ts';
import { webKeys } from './web-keys.ts';

/** What the table takes from the rest of the program. */
export interface ExporterKeyOptions {
  /** Every collector that can be switched off, in the order of the docs. */
  collectors: readonly { name: string; doc: string }[];
  /** Label names that the exporter's metrics use, which a global label may not have. */
  reservedLabels: readonly string[];
}

export const collectorsSection = 'collection.collectors';
export type CollectorKey = `collection.collectors.${string}`;
export type ExporterKeys = ReturnType<typeof exporterKeys>;

/** Every key of `tallyman exporter`. */
export function exporterKeys(options: ExporterKeyOptions) {
  return {
    ...webKeys({ port: 9200, address: '0.0.0.0', envPrefix: 'EXPORTER' }),
    ...dockerKeys,
    ...engineKeys,
    ...collectionKeys,
    ...collectorKeys(options.collectors),
    ...filterKeys,
    ...metricsKeys(options.reservedLabels),
    ...loggingKeys,
    ...performanceKeys,
  } as const;
}

const engineKeys = {
  'engine.metrics_socket': defineKey({
    ...filePath,
    default: '/run/docker/metrics.sock',
    env: 'ENGINE_METRICS_SOCKET',
    doc: "The socket with the engine's own metrics, which are served too where it is there; empty for never. With another `docker.host` than the default, only where it is set.",
  }),
} as const;

/** Durations are whole milliseconds in the configuration. */
const collectionKeys = {
  'collection.interval': defineKey({
    ...duration({ min: 0 }),
    default: 0,
    env: 'COLLECTION_INTERVAL',
    doc: 'Collect this often and answer scrapes from the last result; 0 collects at each scrape.',
  }),
  'collection.timeout': defineKey({
    ...duration({ min: 1 }),
    default: 30_000,
    env: 'COLLECTION_TIMEOUT',
    doc: 'The longest one collection may take; what is there by then is served.',
  }),
} as const;

function collectorKeys(collectors: ExporterKeyOptions['collectors']): { readonly [K in CollectorKey]: Key<boolean> } {
  const entries = collectors.map(({ name, doc }): [CollectorKey, Key<boolean>] => [
    `${collectorsSection}.${name}`,
    defineKey({ ...boolean, default: true, doc: sentence(doc) }),
  ]);
  return Object.fromEntries(entries);
}

/** `CPU time` becomes `Collect CPU time.`, as the other keys' docs are sentences. */
function sentence(doc: string): string {
  return `Collect ${doc.replace(/\.$/, '')}.`;
}

/** Which collectors and groups are switched on, by name. */
export function collectorSwitches(config: Config<ExporterKeys>): Readonly<Record<string, boolean>> {
  const entries = Object.entries<unknown>(config).filter(([key]) => key.startsWith(`${collectorsSection}.`));
  return Object.fromEntries(entries.map(([key, on]) => [key.slice(collectorsSection.length + 1), on === true]));
}

const patterns = listOf(pattern, { type: 'list of regular expressions' });
const labels = listOf(labelMatch, { type: 'list of labels' });

const filterKeys = {
  'collection.filters.include.labels': defineKey({
    ...labels,
    default: [],
    doc: 'Only containers with any of these labels (`key` or `key=value`).',
  }),
  'collection.filters.include.names': defineKey({
    ...patterns,
    default: [],
    doc: 'Only containers whose name any of these finds.',
  }),
  'collection.filters.include.images': defineKey({
    ...patterns,
    default: [],
    doc: 'Only containers whose image any of these finds.',
  }),
  'collection.filters.exclude.labels': defineKey({
    ...labels,
    default: [],
    doc: 'No containers with any of these labels (`key` or `key=value`).',
  }),
  'collection.filters.exclude.names': defineKey({
    ...patterns,
    default: [],
    doc: 'No containers whose name any of these finds.',
  }),
  'collection.filters.exclude.images': defineKey({
    ...patterns,
    default: [],
    doc: 'No containers whose image any of these finds.',
  }),
} as const;

function metricsKeys(reservedLabels: readonly string[]) {
  return {
    'metrics.namespace': defineKey({
      ...namespace,
      default: '',
      doc: 'Put before the name of every metric, with an underscore; nothing when empty.',
    }),
    'metrics.global_labels': defineKey({
      ...labelMap(reservedLabels),
      default: {},
      doc: "Labels for every series. The names of the metrics' own labels, and `container_label_...`, are taken.",
    }),
    'metrics.cache.enabled': defineKey({
      ...boolean,
      default: false,
      doc: 'Answer scrapes from the last collection while it is fresh; not together with `collection.interval`.',
    }),
    'metrics.cache.ttl': defineKey({
      ...duration({ min: 0 }),
      default: 30_000,
      doc: 'How long a collection is fresh; above 0 when the cache is enabled.',
    }),
    'metrics.labels.container_id': defineKey({
      ...boolean,
      default: false,
      doc: "Give every container series the container's id as a label.",
    }),
    'metrics.labels.container_labels': defineKey({
      ...listOf(containerLabel, { type: 'list of label names', unique: true }),
      default: [],
      doc: 'Container labels to export as `container_label_<name>`, each once.',
    }),
  } as const;
}

const performanceKeys = {
  'performance.max_concurrent': defineKey({
    ...wholeNumber(0, 10_000),
    default: 0,
    env: 'MAX_CONCURRENT',
    doc: "Requests to the engine side by side; 0 chooses by the engine's version.",
  }),
  'performance.profiling_enabled': defineKey({
    ...boolean,
    default: false,
    doc: 'Serve profiles of the process below `/debug/`.',
  }),
} as const;
