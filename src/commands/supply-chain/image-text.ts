import type { ImageReply } from '../../protocol/api/supply-chain.ts';
import { severities, type Severity } from '../../supply-chain/report.ts';

type Counts = Readonly<Record<Severity, number>>;

/** An image that was only ever named by its tag is known by this and the tag. */
const tagOnly = 'tag:';

/** `docker.io/library/nginx@sha256:...` */
export function imageName({ repository, digest }: Pick<ImageReply, 'repository' | 'digest'>): string {
  return digest.startsWith(tagOnly) ? digest.slice(tagOnly.length) : `${repository}@${digest}`;
}

/** As in docker's lists: twelve digits are enough to tell images apart. */
export function shortDigest(digest: string): string {
  return digest.startsWith(tagOnly) ? '' : digest.replace(/^(\w+:[a-f\d]{12})[a-f\d]*$/, '$1');
}

/** `22 critical, 100 high, 64 medium, 11 low, 0 unspecified` */
export function countsText(counts: Counts): string {
  return severities.map((severity) => `${String(counts[severity])} ${severity}`).join(', ');
}

/** The same without what there is none of. */
export function presentCounts(counts: Counts): string {
  const present = severities.filter((severity) => counts[severity] > 0);
  return present.map((severity) => `${String(counts[severity])} ${severity}`).join(', ') || 'none';
}

/** `3 compliant, 2 violated, 2 without data` */
export function resultsText(policies: ImageReply['policies']): string {
  const count = (result: ImageReply['policies'][number]['result']): string =>
    String(policies.filter((one) => one.result === result).length);
  return `${count('compliant')} compliant, ${count('violated')} violated, ${count('no-data')} without data`;
}
