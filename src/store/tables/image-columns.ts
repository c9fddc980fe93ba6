import type { ImageTable } from '../supply-chain-schema.ts';
import type { ImageRow, SeverityCounts } from '../supply-chain.ts';
import { outcomesOf } from './policy-outcomes.ts';

/** All but the organisation, which whoever asks knows. */
export const summaryColumns = [
  ...(['digest', 'repository', 'critical', 'high', 'medium', 'low', 'unspecified'] as const),
  ...(['fixableCritical', 'fixableHigh', 'fixableMedium', 'fixableLow', 'fixableUnspecified'] as const),
  ...(['knownExploited', 'scannedAt', 'databaseAt', 'scanner'] as const),
  ...(['outcomes', 'grade', 'nextChangeAt', 'indexedAt'] as const),
] as const satisfies readonly (keyof ImageTable)[];

interface Details {
  facts: string;
  policies: string;
}

export function fromImageRow(row: ImageRow): { image: ImageTable; details: Details } {
  const { org, digest, repository, facts, policies, counts, fixable, scanner, grade, indexedAt } = row;
  return {
    image: {
      ...{ org, digest, repository, scanner, grade, indexedAt },
      critical: counts?.critical ?? null,
      high: counts?.high ?? null,
      medium: counts?.medium ?? null,
      low: counts?.low ?? null,
      unspecified: counts?.unspecified ?? null,
      fixableCritical: fixable?.critical ?? null,
      fixableHigh: fixable?.high ?? null,
      fixableMedium: fixable?.medium ?? null,
      fixableLow: fixable?.low ?? null,
      fixableUnspecified: fixable?.unspecified ?? null,
      knownExploited: row.knownExploited ?? null,
      scannedAt: row.scannedAt ?? null,
      databaseAt: row.databaseAt ?? null,
      outcomes: outcomesOf(policies),
      nextChangeAt: row.nextChangeAt ?? null,
    },
    details: { facts, policies },
  };
}

export function toImageRow(row: ImageTable & Details): ImageRow {
  return { ...toSummaryRow(row.org, row), facts: row.facts, policies: row.policies };
}

/** Without what is long: no facts, and of the policies only the results. */
export function toSummaryRow(org: string, row: Omit<ImageTable, 'org'>): ImageRow {
  return {
    org,
    digest: row.digest,
    repository: row.repository,
    facts: '',
    counts: toCounts(row.critical, row.high, row.medium, row.low, row.unspecified),
    fixable: toCounts(row.fixableCritical, row.fixableHigh, row.fixableMedium, row.fixableLow, row.fixableUnspecified),
    knownExploited: row.knownExploited ?? undefined,
    scannedAt: row.scannedAt ?? undefined,
    databaseAt: row.databaseAt ?? undefined,
    scanner: row.scanner,
    policies: row.outcomes,
    grade: row.grade,
    nextChangeAt: row.nextChangeAt ?? undefined,
    indexedAt: row.indexedAt,
  };
}

/** Written all or none. */
function toCounts(...severities: readonly (number | null)[]): SeverityCounts | undefined {
  const [critical, high, medium, low, unspecified] = severities;
  if (critical == null) return undefined;
  return { critical, high: high ?? 0, medium: medium ?? 0, low: low ?? 0, unspecified: unspecified ?? 0 };
}
