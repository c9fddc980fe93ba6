import { z } from 'zod';

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const usage = 'use seconds (90) or text such as 90s, 5m, 12h, 30d or 1d12h';

/** A duration as people write it (`90`, `90s`, `5m`, `1d12h`) in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  if (!/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([dhms])/g)) total += Number(count) * (unitMs[unit ?? ''] ?? 0);
  return total;
}

export interface DurationLimits {
  minMs: number;
  maxMs: number;
  /** Whether `never` and `0` are taken; they give undefined. */
  orNever?: boolean;
}

/** A duration in a request: text, or a number of seconds; milliseconds inside. */
export function durationSchema(limits: DurationLimits): z.ZodType<number | undefined, string | number> {
  const { minMs, maxMs, orNever = false } = limits;
  return z
    .union([z.string().max(64), z.number()])
    .transform((given, context): number | undefined => {
      const text = String(given);
      if (orNever && (text === 'never' || text === '0')) return undefined;
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      const range = `from ${durationText(minMs)} to ${durationText(maxMs)}`;
      context.addIssue(ms === undefined ? usage : `use ${range}${orNever ? ', or never' : ''}`);
      return z.NEVER;
    })
    .meta({ description: `A duration: seconds, or text such as 90s, 5m, 12h, 30d${orNever ? '; 0 or never' : ''}` });
}

/** Milliseconds in the largest units that fit: `90000` is `1m30s`. */
export function durationText(ms: number): string {
  let rest = Math.floor(ms / 1000) * 1000;
  let text = '';
  for (const [unit, size] of Object.entries(unitMs)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${String(count)}${unit}`;
  }
  return text === '' ? '0s' : text;
}
