import type { PolicySet } from '../../../supply-chain/policies/policy-set.ts';
import type { Tables } from '../../../store/store.ts';
import { isBuiltIn } from './org-policies.ts';

const nameFor = (org: string): string => `images.running.${org}`;

/** Whether policies may speak of what runs: none that is built in does. */
export function asksRunning({ policies }: PolicySet): boolean {
  return policies.some(({ id }) => !isBuiltIn(id));
}

/** Whether a container ran it when the leader last looked; undefined where nobody did, or no policy asks. */
export async function isRunning(
  tables: Pick<Tables, 'settings'>,
  org: string,
  digest: string,
  policies: PolicySet,
): Promise<boolean | undefined> {
  return asksRunning(policies) ? (await readRunning(tables, org))?.has(digest) : undefined;
}

async function readRunning(
  { settings }: Pick<Tables, 'settings'>,
  org: string,
): Promise<ReadonlySet<string> | undefined> {
  const text = await settings.get(nameFor(org));
  return text === undefined ? undefined : new Set(JSON.parse(text) as string[]);
}

/** Notes what runs now; gives the images for which that has changed, undefined where that was not known of any. */
export async function noteRunning(
  tables: Pick<Tables, 'settings'>,
  org: string,
  running: ReadonlySet<string>,
): Promise<readonly string[] | undefined> {
  const before = await readRunning(tables, org);
  const changed = [...new Set([...running, ...(before ?? [])])].filter(
    (digest) => before?.has(digest) !== running.has(digest),
  );
  if (before === undefined || changed.length > 0)
    await tables.settings.set(nameFor(org), JSON.stringify([...running].toSorted()));
  return before && changed;
}
