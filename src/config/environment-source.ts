import type { Environment, Key, KeyTable } from './key.ts';
import type { SourceValue } from './raw-value.ts';

/** Finds the table's keys in the environment. Variables without text count as unset. */
export function readEnvironmentSource(table: KeyTable, env: Environment): ReadonlyMap<string, SourceValue> {
  const values = new Map<string, SourceValue>();
  for (const [name, key] of Object.entries(table)) {
    const found = readKey(key, env);
    if (found !== undefined) values.set(name, { raw: found.text, origin: () => `environment ${found.name}` });
  }
  return values;
}

function readKey(key: Key<unknown>, env: Environment): { name: string; text: string } | undefined {
  if (key.env === undefined) return undefined;
  if (typeof key.env !== 'string') return key.env.read(env);
  const text = env[key.env];
  return text === undefined || text === '' ? undefined : { name: key.env, text };
}
