import { writeExposition, type ExpositionFormat } from '../../metrics/exposition.ts';
import { labelText } from '../../metrics/labels.ts';
import { defineMetric } from '../../metrics/metric.ts';
import { createSamples, type Samples } from '../../metrics/samples.ts';
import type { SeverityCounts } from '../image-facts.ts';
import type { PolicyOutcome } from '../policies/policy.ts';
import { severities } from '../report.ts';

const vulnerabilities = defineMetric({
  name: 'scout_stream_vulnerabilities',
  type: 'gauge',
  labels: ['severity', 'streamName'],
  contract: true,
  when: 'every stream and severity',
  help: 'Vulnerabilities of the images in a stream, each counted once for every package of every image that has it.',
  source: 'the last report of each image',
});
const compliantImages = defineMetric({
  name: 'scout_policy_compliant_images',
  type: 'gauge',
  labels: ['displayName', 'id', 'streamName'],
  contract: true,
  when: 'every stream and enabled policy',
  help: 'Images in a stream that comply with a policy.',
  source: 'the results of the policies',
});
const evaluatedImages = defineMetric({
  name: 'scout_policy_evaluated_images',
  type: 'gauge',
  labels: ['displayName', 'id', 'streamName'],
  contract: true,
  when: 'every stream and enabled policy',
  help: 'Images in a stream that have what a policy needs to be evaluated.',
  source: 'the results of the policies',
});

/** The families of the contract, whose label names are camelCase on purpose. */
export const scoutMetrics = [vulnerabilities, compliantImages, evaluatedImages] as const;

export interface StreamImage {
  /** undefined: the image has no figures, and adds nothing. */
  counts: SeverityCounts | undefined;
  /** By the policy's id; a policy that is missing has no data. */
  policies: ReadonlyMap<string, PolicyOutcome>;
}

export interface ScoutInput {
  /** Each with every image once. */
  streams: readonly { name: string; images: readonly StreamImage[] }[];
  /** The enabled ones; no id and no display name twice. */
  policies: readonly { id: string; displayName: string }[];
}

/** Sums the images of each stream; every severity and every policy of every stream is there, 0 included. */
export function scoutSamples({ streams, policies }: ScoutInput): Samples {
  const samples = createSamples();
  for (const { name, images } of streams) {
    for (const severity of severities) {
      const total = images.reduce((sum, { counts }) => sum + (counts?.[severity] ?? 0), 0);
      samples.add(vulnerabilities, labelText([['severity', severity.toUpperCase()], ['streamName', name]]), total); // prettier-ignore
    }
  }
  for (const { name, images } of streams) {
    for (const { id, displayName } of policies) {
      const labels = labelText([['displayName', displayName], ['id', id], ['streamName', name]]); // prettier-ignore
      const { compliant, evaluated } = countOutcomes(images, id);
      samples.add(compliantImages, labels, compliant);
      samples.add(evaluatedImages, labels, evaluated);
    }
  }
  return samples;
}

function countOutcomes(images: readonly StreamImage[], id: string): { compliant: number; evaluated: number } {
  let compliant = 0;
  let evaluated = 0;
  for (const { policies } of images) {
    const outcome = policies.get(id) ?? 'no-data';
    if (outcome === 'compliant') compliant += 1;
    if (outcome !== 'no-data') evaluated += 1;
  }
  return { compliant, evaluated };
}

/** The body of the endpoint. */
export function writeScoutExposition(input: ScoutInput, format: ExpositionFormat): string {
  return writeExposition(scoutSamples(input), { format, namespace: '', globalLabels: '' });
}
