import { severities, type Severity } from '../report.ts';

const words: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  IMPORTANT: 'high',
  MEDIUM: 'medium',
  MODERATE: 'medium',
  LOW: 'low',
  NEGLIGIBLE: 'low',
};

/** What scanners' words come to, in any case; a word that is not of these says nothing. */
export function toSeverity(word: string | null | undefined): Severity {
  const name = word?.trim().toUpperCase() ?? '';
  return Object.hasOwn(words, name) ? (words[name] as Severity) : 'unspecified';
}

/** The bands of CVSS 3: 9.0 critical, 7.0 high, 4.0 medium, 0.1 low. */
export function severityOfScore(score: number | null | undefined): Severity {
  if (score == null || !(score >= 0.1 && score <= 10)) return 'unspecified';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : 'low';
}

/** `unspecified` for none at all. */
export function mostSevere(given: Iterable<Severity>): Severity {
  let most: Severity = 'unspecified';
  for (const severity of given) if (isMoreSevere(severity, most)) most = severity;
  return most;
}

export function isMoreSevere(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) < severities.indexOf(b);
}

/** What a report says of how bad one entry is. */
export interface Ratings {
  words: readonly (string | null | undefined)[];
  /** Used where there is no word at all; a function, since most need no score. */
  scores?: () => readonly (number | null | undefined)[];
}

/** Words come before scores, whatever they say; of several the most severe one wins. */
export function severityOf({ words, scores }: Ratings): Severity {
  const given = words.filter((word) => word != null && word.trim() !== '');
  if (given.length > 0) return mostSevere(given.map((word) => toSeverity(word)));
  return mostSevere((scores?.() ?? []).map((score) => severityOfScore(score)));
}
