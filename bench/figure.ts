export type Unit = 'ms' | 'times' | 'MB' | 'percent' | 'count';

/** One measured number, and what it was meant to be. */
export interface Figure {
  /** What was measured, in words. */
  what: string;
  value: number;
  unit: Unit;
  /** What helps to read the number: the smallest one, the number of repetitions. */
  detail?: string;
  /** The most the number may be; a figure without one is there to compare with. */
  atMost?: number;
}

/** undefined where nothing was promised. */
export function isReached({ value, atMost }: Figure): boolean | undefined {
  return atMost === undefined ? undefined : value <= atMost;
}

/** `92 ms`, `1.21 times`: three digits tell all that a measurement on a shared machine can. */
export function valueText(value: number, unit: Unit): string {
  const digits = unit === 'count' || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const suffix = { ms: ' ms', times: ' times', MB: ' MB', percent: ' %', count: '' }[unit];
  return `${value.toFixed(digits)}${suffix}`;
}
