import { z } from 'zod';
import { definePolicy } from './policy.ts';
import { compliant, noData, violatedBy } from './results.ts';

const kinds = ['sbom', 'provenance'] as const;

const words = {
  sbom: { name: 'SBOM', fix: 'push one of this image with `tallyman report push`' },
  provenance: {
    name: 'provenance',
    fix: 'build with `--provenance=mode=max`, and push what it says with `tallyman report push`',
  },
} as const;

export const supplyChainAttestations = definePolicy({
  id: 'supply-chain-attestations',
  displayName: 'Supply chain attestations',
  doc: 'The image has an SBOM and provenance, attached to it or given to this server.',
  config: z.strictObject({
    required: z
      .array(z.enum(kinds))
      .min(1)
      .max(kinds.length)
      .default([...kinds]),
  }),
  evaluate({ attestations }, { required }) {
    const absent = required.filter((kind) => attestations[kind] === false);
    if (absent.length > 0) {
      return violatedBy(absent, (kind) => ({
        text: `the image has no ${words[kind].name}: ${words[kind].fix}`,
        fix: words[kind].fix,
      }));
    }
    const unknown = required.filter((kind) => attestations[kind] === undefined);
    if (unknown.length === 0) return compliant;
    return noData(
      ...unknown.map((kind) => `${words[kind].name}: whether there is one is not known; ${words[kind].fix}`),
    );
  },
});
