import type { ImageFacts, SeenFinding } from '../../image-facts.ts';
import type { Package } from '../../report.ts';
import type { PolicyContext } from '../policy.ts';

export const now = Date.UTC(2026, 0, 15, 12, 30);
export const day = 86_400_000;

/** An image of which nothing is known but its digest. */
export function imageFacts(facts: Partial<ImageFacts> = {}): ImageFacts {
  return { digest: 'sha256:1', repositories: [], tags: [], attestations: {}, ...facts };
}

/** A critical finding with a fix. */
export function finding(part: Partial<SeenFinding> = {}): SeenFinding {
  return {
    id: 'CVE-2026-1',
    aliases: [],
    package: { name: 'openssl', version: '1.1.1' },
    severity: 'critical',
    fixedVersions: ['1.1.2'],
    ...part,
  };
}

export function packageOf(name: string, ...licenses: string[]): Package {
  return { name, version: '1.0', licenses };
}

export function policyContext(part: Partial<PolicyContext> = {}): PolicyContext {
  return { now, knownBase: () => undefined, ...part };
}
