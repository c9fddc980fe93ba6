import { durationText } from '../../protocol/api/duration.ts';

/** A time of the API (RFC 3339) to the second: `2026-01-02T03:04:05Z`; undefined stays so. */
export function timeText(time: string | undefined): string | undefined {
  return time?.replace(/\.\d+(?=Z$)/, '');
}

/** Seconds since something as `42s ago`, `3h12m ago`: the two largest units. */
export function agoText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const units = durationText(Math.max(0, seconds) * 1000).match(/\d+[a-z]/g) ?? [];
  return `${units.slice(0, 2).join('')} ago`;
}
