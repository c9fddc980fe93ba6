import { labelText, parseLabelText, type LabelText } from '../../metrics/labels.ts';
import { labelSetsPerConnection } from '../../protocol/limits.ts';
import { Breach } from './breach.ts';
import { labelTextTotal } from './gateway-limits.ts';

/** A label set that a connection has named. */
export interface LabelSet {
  text: LabelText;
  /** The same for every order of the labels: two series with one key are the same series. */
  key: string;
}

/** The label sets that one connection has named so far, by number. */
export interface LabelTable {
  /** Names a set, or names the number anew. Throws a Breach past the bound. */
  name(ref: number, text: string): void;
  /** undefined: it may not be used, and its samples are dropped. Throws a Breach for a number that was never named. */
  get(ref: number): LabelSet | undefined;
}

export function createLabelTable(): LabelTable {
  const sets = new Map<number, LabelSet | undefined>();
  let length = 0;
  return {
    name(ref, text) {
      const set = checkLabelSet(text);
      length += (set?.text.length ?? 0) - (sets.get(ref)?.text.length ?? 0);
      sets.set(ref, set);
      if (sets.size > labelSetsPerConnection || length > labelTextTotal) {
        throw new Breach('too_many_label_sets', 'too many label sets were named in one connection');
      }
    },
    get(ref) {
      const set = sets.get(ref);
      if (set === undefined && !sets.has(ref)) throw new Breach('unknown_label_sets', 'a label set was never named');
      return set;
    },
  };
}

/** undefined for a text that would not be printed like this here, and for labels that are ours to give. */
function checkLabelSet(text: string): LabelSet | undefined {
  const entries = parseLabelText(text);
  if (entries === undefined || entries.some(([name]) => name === 'host' || name.startsWith('__'))) return undefined;
  const isSorted = entries.every(([name], at) => at === 0 || (entries[at - 1]?.[0] ?? '') < name);
  const sorted = isSorted ? text : labelText(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { text, key: sorted };
}
