import { nameFlag } from '../cli/flags.ts';

export const orgsPath = '/api/v1/orgs';

/** Every command about images takes it. */
export const orgFlag = nameFlag('ORG', 'The organisation.');

/** A path of this organisation, with a query where there is something in it. Names need no escaping. */
export function orgPath(org: string, path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const text = String(new URLSearchParams(Object.fromEntries(given)));
  return `${orgsPath}/${org}/${path}${text === '' ? '' : `?${text}`}`;
}
