import { expect, test } from 'vitest';
import { supplyChainAttestations } from './attestations.ts';
import { imageFacts, policyContext } from './test-kit/facts.ts';

test.each([
  [true, true, 'compliant'],
  [true, false, 'violated'],
  [false, undefined, 'violated'],
  [true, undefined, 'no-data'],
  [undefined, undefined, 'no-data'],
])('SBOM %s, provenance %s: %s', (sbom, provenance, expected) => {
  const facts = imageFacts({ attestations: { sbom, provenance } });
  expect(supplyChainAttestations.withConfig({}).evaluate(facts, policyContext()).result).toBe(expected);
});

test('only what is required counts, and each that is absent is named', () => {
  const facts = imageFacts({ attestations: { sbom: true, provenance: false } });
  expect(supplyChainAttestations.withConfig({ required: ['sbom'] }).evaluate(facts, policyContext()).result).toBe(
    'compliant',
  );
  const neither = imageFacts({ attestations: { sbom: false, provenance: false } });
  expect(supplyChainAttestations.withConfig({}).evaluate(neither, policyContext())).toMatchObject({
    reasons: [
      { text: expect.stringContaining('has no SBOM') as string },
      { text: expect.stringContaining('has no provenance') as string },
    ],
  });
});
