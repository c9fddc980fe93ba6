import type { z } from 'zod';
import type { ValueKind } from './values/value-kind.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a key reads several environment variables, or reads one in an unusual way. */
export interface EnvironmentReading {
  /** The variables' names, for the docs. */
  readonly names: readonly string[];
  /** The variable that decides and the text it stands for; undefined when none is set. */
  read(env: Environment): { name: string; text: string } | undefined;
}

/** One setting, as users know it. Types, environment, flags and docs are all derived from it. */
export interface Key<V> extends ValueKind<V> {
  readonly default: V;
  /** One or two sentences in Markdown: what it does, with unit and limits where the type does not say them. */
  readonly doc: string;
  /** An environment variable; an empty one counts as unset. */
  readonly env?: string | EnvironmentReading;
  /** The flag's name without dashes: `server.port` for `--server.port`. */
  readonly flag?: string;
  /** What the flag means where it stands alone; it then takes a value only after `=`. */
  readonly bare?: string;
  /** Never shown in a fault. */
  readonly secret?: boolean;
}

export type KeyTable = Readonly<Record<string, Key<unknown>>>;

/** The typed configuration of a table, flat: `config['server.port']`. */
export type Config<T> = { readonly [K in keyof T]: T[K] extends { readonly schema: z.ZodType<infer V> } ? V : never };

export type KeyName<T> = keyof T & string;

/** Declares a key: `defineKey({ ...port, default: 9200, env: 'EXPORTER_PORT', doc: '...' })`. */
export function defineKey<V>(key: Omit<Key<V>, 'default'> & { readonly default: NoInfer<V> }): Key<V> {
  return key;
}

/** The names of a key's environment variables. */
export function environmentNames(key: Key<unknown>): readonly string[] {
  if (key.env === undefined) return [];
  return typeof key.env === 'string' ? [key.env] : key.env.names;
}
