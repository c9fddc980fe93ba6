import { accept, refuse, type ValueKind } from './value-kind.ts';
import { textKind } from './text.ts';

/** Docker 1.12: the oldest version whose statistics are of use. */
const oldestMinor = 24;
const expectation = 'is not an Engine API version: use one like 1.41, or leave it empty to negotiate';

/** A version of the Engine API; empty means it is negotiated. */
export const apiVersion: ValueKind<string> = textKind('API version', expectation, (text) => {
  if (text === '') return accept(text);
  const [, major, minor] = /^(\d{1,3})\.(\d{1,4})$/.exec(text) ?? [];
  if (major === undefined || Number(major) === 0) return refuse(expectation);
  const tooOld = Number(major) === 1 && Number(minor) < oldestMinor;
  return tooOld ? refuse(`is too old: use 1.${String(oldestMinor)} or newer`) : accept(text);
});
