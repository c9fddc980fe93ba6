import { accept, refuse, scalarKind, type ValueKind } from './value-kind.ts';

const hourMs = 3_600_000;
/** Node's timers hold at most 24.8 days; nothing that an exporter waits for is sensible past a day. */
const longestWaitMs = 24 * hourMs;
const usage = 'use seconds (0, 15, 0.5) or text such as 500ms, 30s, 1m30s, 1h';
const notDuration = `is not a duration: ${usage}`;
const pattern = /^(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/;

const units: readonly (readonly [string, number])[] = [
  ['d', 24 * hourMs],
  ['h', hourMs],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** A duration in whole milliseconds, written as seconds or with units; at most a day, unless `maxDays` allows more. */
export function duration(options: { min: 0 | 1; maxDays?: number }): ValueKind<number> {
  const { maxDays } = options;
  const longestMs = maxDays === undefined ? longestWaitMs : maxDays * 24 * hourMs;
  const longest = maxDays === undefined ? '24h' : `${String(maxDays)}d`;
  return scalarKind({
    type: options.min === 0 ? 'duration' : 'duration above 0',
    expectation: notDuration,
    parse(text) {
      if (/^-\s*[\d.]/.test(text)) return refuse(`is negative: ${usage}`);
      const ms = toMs(text);
      if (ms === undefined) return refuse(notDuration);
      if (ms < options.min) return refuse('is too short: use more than 0');
      if (ms > 0 && ms < 1) return refuse('is too short: use 1ms or more');
      if (ms > longestMs) return refuse(`is too long: use ${longest} or less`);
      return accept(Math.round(ms));
    },
    toYaml: durationText,
  });
}

/** Milliseconds as a duration's text: `90000` is `1m30s`. */
export function durationText(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${String(count)}${unit}`;
  }
  return text === '' ? '0' : text;
}

function toMs(text: string): number | undefined {
  if (isDecimal(text)) return Number(text) * 1000;
  const parts = text === '' ? null : pattern.exec(text);
  if (parts === null) return undefined;
  const counts = parts.slice(1);
  if (counts.some((count) => count !== undefined && !isDecimal(count))) return undefined;
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (units[index]?.[1] ?? 0), 0);
}

function isDecimal(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text);
}
