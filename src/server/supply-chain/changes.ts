import type { Store } from '../../store/store.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ReadPolicies } from './images/org-policies.ts';
import { askRevaluation } from './images/revaluations.ts';
import { resolveRunning, runningContainers } from './images/running-images.ts';
import { asksRunning, noteRunning } from './images/running-set.ts';
import { allOrgs } from './orgs.ts';

export interface ChangeOptions {
  store: Store;
  fleet: Fleet;
  readPolicies: ReadPolicies;
  /** Of the known exploited vulnerabilities; empty where there are none. */
  catalogue: string;
}

const catalogueName = 'images.catalogue';

/** Notices what changes results without anybody telling, and asks for the images that it concerns to be evaluated. */
export async function noteChanges({ store, fleet, readPolicies, catalogue }: ChangeOptions): Promise<void> {
  const orgs = await allOrgs(store);
  if (((await store.settings.get(catalogueName)) ?? '') !== catalogue) {
    await store.transaction(async (tables) => {
      for (const { name } of orgs) await askRevaluation(tables, name);
      await tables.settings.set(catalogueName, catalogue);
    });
  }
  for (const { name: org } of orgs) {
    if (asksRunning((await readPolicies(store, org)).set)) await noteRunningIn({ store, fleet }, org);
  }
}

async function noteRunningIn({ store, fleet }: Pick<ChangeOptions, 'store' | 'fleet'>, org: string): Promise<void> {
  const known = { images: await store.images.all(org), tags: await store.tags.all(org) };
  const found = await resolveRunning(store, org, await runningContainers(fleet), known);
  const running = new Set(found.map(({ digest }) => digest));
  await store.transaction(async (tables) => {
    const changed = await noteRunning(tables, org, running);
    if (changed === undefined) await askRevaluation(tables, org);
    for (const digest of changed ?? []) {
      const row = await tables.images.get(org, digest);
      if (row !== undefined) await tables.images.put({ ...row, nextChangeAt: row.indexedAt });
    }
  });
}
