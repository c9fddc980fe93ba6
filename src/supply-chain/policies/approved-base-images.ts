import { z } from 'zod';
import { isScratch, toBaseName } from './base-name.ts';
import { matchesGlob } from './glob.ts';
import { definePolicy } from './policy.ts';
import { printable } from './printable.ts';
import { compliant, noData, violated } from './results.ts';

/** Official images, and the base images that those who make a distribution or a runtime publish themselves. */
const defaultPatterns = [
  'docker.io/library/*',
  'dhi.io/**',
  'gcr.io/distroless/**',
  'cgr.dev/chainguard/**',
  'mcr.microsoft.com/**',
  'registry.access.redhat.com/ubi*/**',
  'registry.suse.com/bci/**',
  'public.ecr.aws/amazonlinux/**',
];

const nameAtMost = 1024;

export const approvedBaseImages = definePolicy({
  id: 'approved-base-images',
  displayName: 'No unapproved base images',
  doc: 'The image is built on one of the base images that are allowed.',
  config: z.strictObject({
    allowed: z
      .array(z.string().trim().min(1).max(255))
      .min(1, 'name at least one pattern; `**` allows every image, and to ask nothing disable the policy')
      .max(1000)
      .default(defaultPatterns),
  }),
  evaluate({ base }, { allowed }) {
    if (base === undefined || base.name.trim() === '') return noData(noBase);
    if (isScratch(base.name)) return compliant;
    const name = base.name.slice(0, nameAtMost);
    if (allowed.some((pattern) => isAllowed(name, pattern))) return compliant;
    return violated(
      `the base image ${printable(base.name)} is not among those allowed`,
      "build on one that is, or allow it in this policy's configuration",
    );
  },
});

export const noBase =
  'the base image: set the labels org.opencontainers.image.base.name and org.opencontainers.image.base.digest when building';

/** A pattern without a tag allows every tag; the registry and `library/` may be left out as on Docker Hub. */
function isAllowed(name: string, pattern: string): boolean {
  const base = toBaseName(name);
  if (pattern === '*') return true;
  const wanted = toBaseName(pattern);
  const hasTag = pattern.lastIndexOf(':') > pattern.lastIndexOf('/');
  return matchesGlob(wanted.repository, base.repository) && (!hasTag || matchesGlob(wanted.tag, base.tag));
}
