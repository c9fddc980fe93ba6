import { accept, refuse, scalarKind, type ValueKind } from './value-kind.ts';

/** One of a few words. */
export function choice<const W extends string>(...words: readonly W[]): ValueKind<W> {
  const listed = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
  const expectation = `is not one of the choices: use ${listed}`;
  return scalarKind({
    type: listed,
    expectation,
    parse(text) {
      const value = words.find((word) => word === text);
      return value === undefined ? refuse(expectation) : accept(value);
    },
  });
}
