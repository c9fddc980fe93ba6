import { z } from 'zod';
import type { ImageReference } from '../../../supply-chain/image-reference.ts';
import { repositoryOf } from '../../../supply-chain/image-reference.ts';
import type { Report } from '../../../supply-chain/report.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';

const schema = z.object({
  /** Grows with every change that came from outside: who read an older one evaluated something else. */
  revision: z.int().default(0),
  repositories: z.array(z.string()).default([]),
  /** Those that point to it now, each with its repository: `docker.io/library/nginx:1.27`. */
  tags: z.array(z.string()).default([]),
  /** The digest of its configuration. */
  imageId: z.string().optional(),
  user: z.string().optional(),
  base: z.object({ name: z.string(), digest: z.string().optional() }).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  createdAt: z.number().optional(),
  attestations: z.object({ sbom: z.boolean().optional(), provenance: z.boolean().optional() }).default({}),
  scannerVersion: z.string().optional(),
});

/** What is known of an image besides its reports, as it is in its row. */
export type StoredFacts = z.infer<typeof schema>;

const reposAtMost = 100;

/** Whatever cannot be read is not known. */
export function readFacts({ facts }: Pick<ImageRow, 'facts'>): StoredFacts {
  try {
    const parsed = schema.safeParse(JSON.parse(facts || '{}'));
    if (parsed.success) return parsed.data;
  } catch {
    // Falls through: as if nothing were known.
  }
  return schema.parse({});
}

export function writeFacts(facts: StoredFacts): string {
  return JSON.stringify({ ...facts, revision: facts.revision + 1 });
}

/** The facts with what a report adds; what it does not say stays. */
export function addReportFacts(
  facts: StoredFacts,
  { image, scanner, format, packages, findings, attestations }: Report,
): StoredFacts {
  const isBill = packages !== undefined && ['cyclonedx', 'spdx'].includes(format);
  return {
    ...facts,
    ...defined({
      imageId: image.imageId,
      user: image.user,
      base: image.base,
      labels: image.labels,
      createdAt: image.createdAt,
      scannerVersion: findings === undefined ? undefined : scanner?.version,
    }),
    attestations: { ...facts.attestations, ...(isBill ? { sbom: true } : {}), ...attestations },
  };
}

/** The facts of an image that has this name too. */
export function addName(facts: StoredFacts, reference: ImageReference, tag: string | undefined): StoredFacts {
  const repository = repositoryOf(reference);
  const repositories = [...new Set([...facts.repositories, repository])].slice(-reposAtMost);
  const tags = tag === undefined ? facts.tags : [...new Set([...facts.tags, `${repository}:${tag}`])];
  return { ...facts, repositories, tags };
}

/** Without their repositories. */
export function tagNames(tags: StoredFacts['tags']): string[] {
  return [...new Set(tags.map((name) => name.slice(name.lastIndexOf(':') + 1)))];
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
