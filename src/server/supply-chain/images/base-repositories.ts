import { toBaseName } from '../../../supply-chain/policies/base-name.ts';
import type { Tables } from '../../../store/store.ts';

const nameFor = (org: string): string => `images.bases.${org}`;
/** More different ones nobody has; what is past it is evaluated anew by its own next report. */
const basesAtMost = 2000;

/** The repositories that images of an organisation are built on: when a tag of one moves, the images may be outdated. */
export async function readBases({ settings }: Pick<Tables, 'settings'>, org: string): Promise<ReadonlySet<string>> {
  return new Set(JSON.parse((await settings.get(nameFor(org))) ?? '[]') as string[]);
}

export async function noteBase(
  { settings }: Pick<Tables, 'settings'>,
  org: string,
  base: { name: string } | undefined,
): Promise<void> {
  if (base === undefined) return;
  const { repository } = toBaseName(base.name);
  const known = await readBases({ settings }, org);
  if (known.has(repository) || known.size >= basesAtMost) return;
  await settings.set(nameFor(org), JSON.stringify([...known, repository]));
}
