import { labelText, type LabelText } from '../../metrics/labels.ts';
import { createSamples, type Samples } from '../../metrics/samples.ts';
import type { ImageFacts, SeenFinding, SeverityCounts } from '../image-facts.ts';
import type { HealthGrade } from '../policies/health-grade.ts';
import { idsOf } from '../policies/high-profile-vulnerabilities.ts';
import type { KnownExploited } from '../policies/known-exploited.ts';
import type { PolicyOutcome } from '../policies/policy.ts';
import { countSeverities } from '../policies/severity-counts.ts';
import { byCode, mostSevereFirst } from '../policies/severity-order.ts';
import { severities } from '../report.ts';
import * as metrics from './image-metrics.ts';

/** What was counted already. */
export interface ImageFigures {
  counts: SeverityCounts;
  fixable: SeverityCounts;
  /** undefined: no catalogue was loaded. */
  knownExploited: number | undefined;
}

export interface ImageState {
  facts: ImageFacts;
  /** Instead of counting the findings, which then need not be there unless they are to have series of their own. */
  figures?: ImageFigures | undefined;
  /** By the policy's id. */
  policies: ReadonlyMap<string, PolicyOutcome>;
  grade: HealthGrade | undefined;
}

export interface ImageSamplesInput {
  org: string;
  images: readonly ImageState[];
  knownExploited: KnownExploited | undefined;
  /** How many images get series: those that run first, then those with the most severe figures. */
  imagesAtMost: number;
  /** How many vulnerabilities get a series of their own; 0: they are not asked for. */
  vulnerabilitiesAtMost: number;
}

/** The series of one organisation's images; the text of each label is at most so long. */
const labelAtMost = 256;
const tagsShown = 5;

export function imageSamples(input: ImageSamplesInput): Samples {
  const { org, imagesAtMost, vulnerabilitiesAtMost } = input;
  const samples = createSamples();
  const ranked = rankImages(input.images);
  const shown = ranked.slice(0, imagesAtMost);
  for (const image of shown) addImage(samples, image, input);
  const ofOrg = labelText([['org', org]]);
  samples.add(metrics.imagesOmitted, ofOrg, ranked.length - shown.length);
  if (vulnerabilitiesAtMost > 0) {
    const total = ranked.reduce((sum, image) => sum + totalOf(countsOf(image)), 0);
    samples.add(metrics.vulnerabilitiesOmitted, ofOrg, total - addVulnerabilities(samples, shown, input));
  }
  return samples;
}

/** Those that run first, then those with the most severe figures. */
export function rankImages(images: readonly ImageState[]): readonly ImageState[] {
  const ranked = images.map((image) => ({ image, counts: countsOf(image) }));
  ranked.sort((a, b) => {
    const running = Number(b.image.facts.running === true) - Number(a.image.facts.running === true);
    const severity = severities.find((one) => a.counts[one] !== b.counts[one]);
    const figures = severity === undefined ? 0 : b.counts[severity] - a.counts[severity];
    return running || figures || byCode(a.image.facts.digest, b.image.facts.digest);
  });
  return ranked.map(({ image }) => image);
}

function totalOf(counts: SeverityCounts): number {
  return severities.reduce((sum, severity) => sum + counts[severity], 0);
}

function countsOf({ figures, facts }: ImageState): SeverityCounts {
  return figures?.counts ?? countSeverities(facts.findings ?? []);
}

/** undefined: the image has none. */
function figuresOf({ figures, facts }: ImageState, catalogue: KnownExploited | undefined): ImageFigures | undefined {
  const { findings } = facts;
  if (figures !== undefined || findings === undefined) return figures;
  const exploited = findings.filter((one) => idsOf(one).some((id) => catalogue?.entries.has(id)));
  return {
    counts: countSeverities(findings),
    fixable: countSeverities(findings.filter(isFixable)),
    knownExploited: catalogue && exploited.length,
  };
}

function addImage(samples: Samples, image: ImageState, input: ImageSamplesInput): void {
  const { org, knownExploited } = input;
  const { facts, policies, grade } = image;
  const { digest, scannedAt, databaseAt } = facts;
  const figures = figuresOf(image, knownExploited);
  const running = runningText(facts);
  const plain = labels({ org, digest, running });

  const seen = new Set<LabelText>();
  for (const repository of facts.repositories.length === 0 ? [''] : facts.repositories) {
    const tags = [...facts.tags].toSorted(byCode).slice(0, tagsShown).join(',');
    const { base, scanner } = facts;
    const info = labels({ org, digest, repository, tags, base: base?.name ?? '', scanner: scanner?.name ?? '' });
    if (!seen.has(info)) samples.add(metrics.imageInfo, info, 1);
    seen.add(info);
  }
  if (figures !== undefined) {
    const { counts, fixable } = figures;
    for (const severity of severities) {
      const of = (isFixable: boolean): LabelText =>
        labels({ org, digest, severity, fixable: String(isFixable), running });
      samples.add(metrics.imageVulnerabilities, of(true), fixable[severity]);
      samples.add(metrics.imageVulnerabilities, of(false), counts[severity] - fixable[severity]);
    }
    samples.add(metrics.imageKnownExploited, plain, figures.knownExploited);
  }
  samples.add(metrics.imageScanTime, plain, seconds(scannedAt));
  samples.add(metrics.imageDatabaseTime, plain, seconds(databaseAt));
  for (const [id, result] of policies) {
    samples.add(metrics.imagePolicyResult, labels({ org, digest, id, result, running }), 1);
  }
  if (grade !== undefined) samples.add(metrics.imageHealthGrade, labels({ org, digest, grade, running }), 1);
}

/** One after another until the number is reached; gives how many there are. */
function addVulnerabilities(samples: Samples, images: readonly ImageState[], input: ImageSamplesInput): number {
  const seen = new Set<LabelText>();
  for (const { facts } of images) {
    for (const finding of (facts.findings ?? []).toSorted(mostSevereFirst)) {
      if (seen.size >= input.vulnerabilitiesAtMost) return seen.size;
      const text = vulnerabilityLabels(input.org, facts, finding);
      // Names that were cut may be the same now.
      if (!seen.has(text)) samples.add(metrics.imageVulnerability, text, 1);
      seen.add(text);
    }
  }
  return seen.size;
}

function vulnerabilityLabels(org: string, facts: ImageFacts, finding: SeenFinding): LabelText {
  const { id, package: of, severity } = finding;
  return labels({
    org,
    digest: facts.digest,
    vulnerability: id,
    package: of.name,
    version: of.version,
    severity,
    fixable: String(isFixable(finding)),
    running: runningText(facts),
  });
}

function labels(values: Readonly<Record<string, string>>): LabelText {
  return labelText(Object.entries(values).map(([name, value]) => [name, value.slice(0, labelAtMost)]));
}

function isFixable({ fixedVersions }: SeenFinding): boolean {
  return fixedVersions.length > 0;
}

/** Empty where no host is known that could say. */
function runningText({ running }: ImageFacts): string {
  return running === undefined ? '' : String(running);
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
