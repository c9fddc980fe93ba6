import type { z } from 'zod';
import type { ImageReply, imageSummarySchema, policySchema } from '../../../protocol/api/supply-chain.ts';
import { mostSevereFirst } from '../../../supply-chain/policies/severity-order.ts';
import type { PolicyEvaluation } from '../../../supply-chain/policies/policy-set.ts';
import { upgradeAdvice } from '../../../supply-chain/policies/upgrade-advice.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';
import { timeField } from '../../api/time-text.ts';
import type { EvaluatedImage } from '../images/image-evaluation.ts';
import type { OrgStreams } from '../images/org-streams.ts';

export type ImageSummary = z.infer<typeof imageSummarySchema>;
export type PolicyReply = z.infer<typeof policySchema>;

/** Which tags and streams each image has. */
export interface ImagePlaces {
  of(digest: string): { tags: string[]; streams: string[] };
}

export function createImagePlaces({ streams, tags }: OrgStreams): ImagePlaces {
  const tagsOf = Map.groupBy(tags, ({ digest }) => digest);
  const streamsOf = new Map<string, string[]>();
  for (const { name, images } of streams)
    for (const digest of images) streamsOf.set(digest, [...(streamsOf.get(digest) ?? []), name]);
  return {
    of: (digest) => ({
      tags: [...new Set(tagsOf.get(digest)?.map(({ tag }) => tag))].toSorted(),
      streams: streamsOf.get(digest) ?? [],
    }),
  };
}

export function toImageSummary(row: ImageRow, places: ImagePlaces): ImageSummary {
  const { digest, repository, counts, grade, scannedAt } = row;
  return {
    digest,
    repository,
    ...places.of(digest),
    ...(counts === undefined ? {} : { vulnerabilities: counts }),
    ...(grade === '' ? {} : { grade }),
    ...timeField('scannedAt', scannedAt),
  };
}

export function toImageReply(
  { row, facts, results }: EvaluatedImage,
  places: ImagePlaces,
  findingsAtMost: number,
): ImageReply {
  const { scanner, databaseAt, fixable } = row;
  const findings = facts.findings ?? [];
  return {
    ...toImageSummary(row, places),
    policies: results.map(toPolicyResult),
    ...(scanner === '' ? {} : { scanner }),
    ...timeField('databaseAt', databaseAt),
    ...(fixable === undefined ? {} : { fixable }),
    upgrades: upgradeAdvice(findings).map(({ package: { name, version }, target, fixedVersions, removes }) => ({
      package: name,
      version,
      ...(target === undefined ? {} : { target }),
      fixedVersions: [...fixedVersions],
      removes,
    })),
    findings: findings
      .toSorted(mostSevereFirst)
      .slice(0, findingsAtMost)
      .map(({ id, package: { name, version }, severity, fixedVersions, url }) => ({
        id,
        package: name,
        version,
        severity,
        fixedVersions: [...fixedVersions],
        ...(url === undefined ? {} : { url }),
      })),
    findingsTotal: findings.length,
  };
}

export function toPolicyResult({ id, displayName, result }: PolicyEvaluation): ImageReply['policies'][number] {
  const reasons =
    result.result === 'violated'
      ? result.reasons.map(({ text }) => text)
      : result.result === 'no-data'
        ? [...result.missing]
        : [];
  return { id, displayName, result: result.result, reasons };
}
