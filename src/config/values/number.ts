import { accept, refuse, scalarKind, type ValueKind } from './value-kind.ts';

/** A whole number within limits, both included. */
export function wholeNumber(min: number, max: number, what = 'a number that fits'): ValueKind<number> {
  const expectation = `is not ${what}: use a whole number from ${String(min)} to ${String(max)}`;
  return scalarKind({
    type: `whole number, ${String(min)} to ${String(max)}`,
    expectation,
    parse(text) {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? accept(value) : refuse(expectation);
    },
  });
}

/** A TCP port to listen on; 0 lets the system choose one. */
export const port: ValueKind<number> = { ...wholeNumber(0, 65535, 'a port'), type: 'port, 0 to 65535' };
