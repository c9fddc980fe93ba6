import type { SeenFinding } from '../../../supply-chain/image-facts.ts';
import type { Finding } from '../../../supply-chain/report.ts';
import type { Gone } from './packed-report.ts';

interface Seen {
  findings: readonly SeenFinding[];
  gone: readonly Gone[];
}

/** Findings that are in no report any more are remembered, so many of an image. */
const goneAtMost = 10_000;

/** The findings of a new report, each with the time at which this image was first known to have it. */
export function withFirstSeen(findings: readonly Finding[], before: Seen, now: number): Seen {
  const times = new Map<string, number>(before.gone);
  for (const finding of before.findings) {
    for (const key of keysOf(finding)) times.set(key, Math.min(times.get(key) ?? now, finding.firstSeenAt ?? now));
  }
  const present = new Set<string>();
  const seen = findings.map((finding) => {
    const keys = keysOf(finding);
    for (const key of keys) present.add(key);
    return { ...finding, firstSeenAt: Math.min(now, ...keys.flatMap((key) => times.get(key) ?? [])) };
  });
  const gone = [...times].filter(([key]) => !present.has(key));
  return { findings: seen, gone: gone.toSorted(([, a], [, b]) => b - a).slice(0, goneAtMost) };
}

/** One for each of its names: another scanner may show it by another. */
function keysOf({ id, aliases, package: { name, version } }: Finding): string[] {
  return [id, ...aliases].map((one) => `${one}\n${name}\n${version}`);
}
