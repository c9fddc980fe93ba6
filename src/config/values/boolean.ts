import { accept, refuse, scalarKind, type ValueKind } from './value-kind.ts';

const words = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);
const expectation = 'is neither true nor false: use true or false';

/** true/false, 1/0, yes/no or on/off in any case. */
export const boolean: ValueKind<boolean> = scalarKind({
  type: 'true or false',
  expectation,
  parse(text) {
    const value = words.get(text.toLowerCase());
    return value === undefined ? refuse(expectation) : accept(value);
  },
});
