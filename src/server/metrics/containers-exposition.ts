import { familyHeader, openMetricsEnd, type ExpositionFormat } from '../../metrics/exposition.ts';
import { labelText, type LabelText } from '../../metrics/labels.ts';
import { valueText } from '../../metrics/number-text.ts';
import { agentMetrics } from '../samples/agent-metrics.ts';
import type { CurrentSamples } from '../samples/current-samples.ts';

/** A host's samples under the name that it has now. */
export interface HostSamples {
  host: string;
  samples: CurrentSamples;
}

/** Pieces are about this long. */
const pieceLength = 128 * 1024;

/**
 * The samples of many hosts as one exposition, in pieces: family by family, and in each the hosts in their order, with
 * the label `host` first.
 */
export function* containersExposition(hosts: readonly HostSamples[], format: ExpositionFormat): Generator<string> {
  const labelled = hosts.map(({ host, samples }) => ({ label: labelText([['host', host]]), samples }));
  let piece = '';
  for (const [name, metric] of agentMetrics) {
    let isOpen = false;
    for (const { label, samples } of labelled) {
      const family = samples.families.get(name);
      if (family === undefined || family.values.length === 0) continue;
      if (!isOpen) piece += familyHeader(metric, { format, namespace: '' });
      isOpen = true;
      for (let i = 0; i < family.values.length; i += 1) {
        piece += hostLine(name, label, family.labels[i] ?? '', family.values[i] ?? Number.NaN);
        if (piece.length < pieceLength) continue;
        yield piece;
        piece = '';
      }
    }
  }
  yield format === 'openmetrics' ? piece + openMetricsEnd : piece;
}

function hostLine(name: string, host: LabelText, labels: LabelText, value: number): string {
  return `${name}{${host}${labels === '' ? '' : `,${labels}`}} ${valueText(value)}\n`;
}
