import { labelNamesAsked } from '../../protocol/limits.ts';
import type { Store } from '../../store/store.ts';
import { toRule } from './images/org-streams.ts';
import { allOrgs } from './orgs.ts';

/** The names of the labels that rules of any organisation speak of: what agents are to tell of containers. */
export interface LabelNames {
  /** As last read; in alphabetical order, and no more than an agent may be asked for. */
  current(): readonly string[];
  refresh(): Promise<void>;
}

export function createLabelNames(store: Store): LabelNames {
  let names: readonly string[] = [];
  return {
    current: () => names,
    async refresh() {
      const found = new Set<string>();
      for (const { name: org } of await allOrgs(store)) {
        const rules = (await store.automaticEnvironments.all(org)).map(toRule);
        for (const rule of rules) if (rule.kind === 'label') found.add(rule.name);
      }
      names = [...found].toSorted().slice(0, labelNamesAsked);
    },
  };
}
