import type { Tables } from '../../../store/store.ts';

/** What is left to do of evaluating all images of an organisation anew. */
export interface Revaluation {
  /** Another one each time it is asked for. */
  id: number;
  /** The last image that was done; empty before the first. */
  after: string;
}

const nameFor = (org: string): string => `images.revaluation.${org}`;

/** Asks for all images to be evaluated anew; in a transaction with what makes it necessary. */
export async function askRevaluation({ settings }: Pick<Tables, 'settings'>, org: string): Promise<void> {
  const [id = '0'] = ((await settings.get(nameFor(org))) ?? '0').split(' ');
  await settings.set(nameFor(org), `${String(Number(id) + 1)} `);
}

/** undefined: there is nothing to do. */
export async function readRevaluation(
  { settings }: Pick<Tables, 'settings'>,
  org: string,
): Promise<Revaluation | undefined> {
  const [id = '', after] = ((await settings.get(nameFor(org))) ?? '').split(' ');
  return after === undefined ? undefined : { id: Number(id), after };
}

/** Notes how far it is; undefined: all is done. false: it was asked for anew meanwhile. */
export async function noteRevaluation(
  { settings }: Pick<Tables, 'settings'>,
  org: string,
  { id }: Revaluation,
  after: string | undefined,
): Promise<boolean> {
  const current = await readRevaluation({ settings }, org);
  if (current?.id !== id) return false;
  await settings.set(nameFor(org), after === undefined ? String(id) : `${String(id)} ${after}`);
  return true;
}
