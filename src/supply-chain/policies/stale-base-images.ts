import { z } from 'zod';
import { noBase } from './approved-base-images.ts';
import { isScratch } from './base-name.ts';
import { definePolicy } from './policy.ts';
import { printable } from './printable.ts';
import { compliant, noData, violated } from './results.ts';

export const staleBaseImages = definePolicy({
  id: 'no-stale-base-images',
  displayName: 'No outdated base images',
  doc: 'The base image is what its tag points to today.',
  config: z.strictObject({}),
  evaluate({ base, createdAt }, _config, context) {
    if (base === undefined || base.name.trim() === '') return noData(noBase);
    if (isScratch(base.name)) return compliant;
    const { name, digest } = base;
    if (digest === undefined)
      return noData(
        `the base image's digest: set the label org.opencontainers.image.base.digest when building on ${printable(name)}`,
      );
    const known = context.knownBase(name);
    if (known === undefined || known.current.length === 0) {
      return noData(`what ${printable(name)} points to: push a report of it, by its tag and with its digest`);
    }
    if (known.current.includes(digest)) return compliant;
    if (known.earlier.includes(digest) || (createdAt !== undefined && createdAt < known.currentSince)) {
      return violated(
        `the base image ${printable(name)} is ${shortDigest(digest)}, and the tag points to ${shortDigest(known.current[0] ?? '')} now`,
        'rebuild on the base image of today',
      );
    }
    return noData(
      `whether ${shortDigest(digest)} is older than what is known of ${printable(name)}: push a report of that tag as it is now`,
    );
  },
});

function shortDigest(digest: string): string {
  return printable(digest.length > 19 ? digest.slice(0, 19) : digest);
}
