import { z, type ZodType } from 'zod';
import { deferredEntries, keptLengths, sparseLists } from './json/selection.ts';

/** Names, versions, ids, words: nothing real comes near. */
const longestName = 2048;
const longestTitle = 300;
const longestUrl = 2000;

/** What an entry cannot do without. */
export const needed = z.string().min(1).max(longestName);

/** What counts; null, empty and missing are the same. */
export const text = z
  .string()
  .max(longestName)
  .nullish()
  .transform((value) => value || undefined);

export const number = z.number().nullish();

/** What is shown only: of a wrong type, it is missing. */
export const title = z
  .string()
  .register(keptLengths, { characters: longestTitle })
  .nullish()
  .catch(undefined)
  .transform((value) => value || undefined);

export const url = z
  .string()
  .max(longestUrl)
  .nullish()
  .catch(undefined)
  .transform((value) => (value != null && /^https?:\/\//i.test(value) ? value : undefined));

/** Unix milliseconds. */
export const time = z.string().nullish().catch(undefined).transform(toTime);

/** Go writes an empty list as null, or leaves it out. */
export function listOf<T extends ZodType>(entry: T) {
  return z
    .array(entry)
    .nullish()
    .transform((list) => list ?? []);
}

/** A list that says something by being there. */
export function optionalListOf<T extends ZodType>(entry: T) {
  return z
    .array(entry)
    .nullish()
    .transform((list) => list ?? undefined);
}

/** Objects without anything in them that is asked for are left out: most of a long list of which little is of use. */
export function sparseListOf<T extends ZodType>(entry: T) {
  return z
    .array(entry)
    .register(sparseLists, { sparse: true })
    .nullish()
    .transform((list) => list ?? []);
}

/** A long list: its entries are checked, and let go, one by one (see takeEntries). */
export interface DeferredList<T> {
  readonly entries: unknown[];
  readonly schema: ZodType<T>;
}

export function deferredListOf<T>(entry: ZodType<T>) {
  return anyList(entry)
    .nullish()
    .transform((list): DeferredList<T> => ({ entries: list ?? [], schema: entry }));
}

/** As deferredListOf; undefined where its name is missing. */
export function optionalDeferredListOf<T>(entry: ZodType<T>) {
  return anyList(entry)
    .nullish()
    .transform((list): DeferredList<T> | undefined =>
      list === undefined ? undefined : { entries: list ?? [], schema: entry },
    );
}

/** The list itself, not a copy, so that its entries can be let go. */
function anyList(entry: ZodType) {
  const list = z.custom<unknown[]>((value) => Array.isArray(value), 'Invalid input: expected array');
  deferredEntries.set(list, entry);
  return list;
}

/** The labels of an image, and what is like them. */
export const labels = z
  .record(z.string(), z.string())
  .nullish()
  .catch(undefined)
  .transform((value) => (value == null ? undefined : Object.fromEntries(Object.entries(value))));

/** The beginning of a longer text: what is looked for in it stands there. */
export function beginning(characters: number) {
  return z
    .string()
    .register(keptLengths, { characters })
    .nullish()
    .transform((value) => value ?? '');
}

/** RFC 3339; without a zone (GitLab) it is UTC. Go's zero time is none. */
function toTime(value: string | null | undefined): number | undefined {
  if (value == null || !/^\d{4}-\d\d-\d\d/.test(value) || value.startsWith('0001-01-01')) return undefined;
  const isDate = value.length === 10;
  const hasZone = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(value);
  const milliseconds = Date.parse(isDate || hasZone ? value : `${value}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
