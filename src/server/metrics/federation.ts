import { histogramParts } from '../../metrics/exposition.ts';
import { joinLabels, labelText, type LabelText } from '../../metrics/labels.ts';
import { valueText } from '../../metrics/number-text.ts';
import type { Samples } from '../../metrics/samples.ts';
import { agentMetrics } from '../samples/agent-metrics.ts';
import type { HostSamples } from './containers-exposition.ts';
import type { SeriesFilter } from './series-filter.ts';

/** Some samples of a family, all of one moment. */
export interface FederatedBlock {
  /** Unix milliseconds. */
  at: number;
  /** What stands before the labels of each. */
  prefix: LabelText;
  labels: readonly LabelText[];
  values: ArrayLike<number>;
  /** Which of them; undefined: all. */
  chosen: readonly number[] | undefined;
}

/** What is federated, by the names of the samples. */
export interface Federated {
  type: 'gauge' | 'counter' | 'untyped';
  blocks: FederatedBlock[];
}

export type FederatedFamilies = Map<string, Federated>;

/** Adds the server's own samples, all of one moment. */
export function selectServerSamples(
  families: FederatedFamilies,
  samples: Samples,
  at: number,
  filter: SeriesFilter,
): void {
  for (const [metric, { labels, values, histograms = [] }] of samples.families()) {
    if (metric.type !== 'histogram') {
      addBlock(families, metric.name, metric.type, { at, prefix: '', labels, values }, {}, filter);
      continue;
    }
    // A selector can take some of a histogram's samples without the others: each name is a family of its own.
    for (const [suffix, part] of Map.groupBy(
      histograms.flatMap((histogram, i) =>
        [...histogramParts(metric, histogram, 'text')].map(([suffix, extra, value]) => ({
          suffix,
          labels: joinLabels(labels[i] ?? '', extra),
          value,
        })),
      ),
      ({ suffix }) => suffix,
    )) {
      const block = { at, prefix: '', labels: part.map((one) => one.labels), values: part.map(({ value }) => value) };
      addBlock(families, `${metric.name}${suffix}`, 'untyped', block, {}, filter);
    }
  }
}

/** Adds a host's samples of one moment. Gives back how many were wanted. */
export function selectHostSamples(
  families: FederatedFamilies,
  { host, samples }: HostSamples,
  filter: SeriesFilter,
): number {
  const prefix = labelText([['host', host]]);
  let count = 0;
  for (const [name, { labels, values }] of samples.families) {
    const type = agentMetrics.get(name)?.type ?? 'untyped';
    const block = { at: samples.at, prefix, labels, values };
    count += addBlock(families, name, type === 'histogram' ? 'untyped' : type, block, { host }, filter);
  }
  return count;
}

function addBlock(
  families: FederatedFamilies,
  name: string,
  type: Federated['type'],
  block: Omit<FederatedBlock, 'chosen'>,
  fixed: Readonly<Record<string, string>>,
  filter: SeriesFilter,
): number {
  const wanted = filter.of(name, fixed);
  if (wanted === undefined) return 0;
  const chosen = wanted === 'all' ? undefined : [...block.labels.keys()].filter((i) => wanted(block.labels[i] ?? ''));
  const count = chosen?.length ?? block.values.length;
  if (count === 0) return 0;
  const family = families.get(name) ?? { type, blocks: [] };
  families.set(name, family);
  family.blocks.push({ ...block, chosen });
  return count;
}

/** Pieces are about this long. */
const pieceLength = 128 * 1024;

/**
 * Writes what was chosen in the text format, each sample with its time in milliseconds: families in the order of their
 * names, and in each the samples in the order of their times, as whoever stores them needs it.
 */
export function* writeFederated(families: FederatedFamilies): Generator<string> {
  let piece = '';
  for (const [name, { type, blocks }] of [...families].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    piece += `# TYPE ${name} ${type}\n`;
    for (const block of blocks.toSorted((a, b) => a.at - b.at)) {
      for (const line of blockLines(name, block)) {
        piece += line;
        if (piece.length < pieceLength) continue;
        yield piece;
        piece = '';
      }
    }
  }
  yield piece;
}

function* blockLines(name: string, { at, prefix, labels, values, chosen }: FederatedBlock): Generator<string> {
  const count = chosen?.length ?? values.length;
  for (let n = 0; n < count; n += 1) {
    const i = chosen?.[n] ?? n;
    const text = joinLabels(prefix, labels[i] ?? '');
    yield `${name}${text === '' ? '' : `{${text}}`} ${valueText(values[i] ?? Number.NaN)} ${String(Math.round(at))}\n`;
  }
}
