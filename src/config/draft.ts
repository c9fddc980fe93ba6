import type { z } from 'zod';
import type { Config, Environment, Key, KeyName, KeyTable } from './key.ts';
import { partOf, shownValue, type SourceValue } from './raw-value.ts';
import type { ReadFile, Settings } from './settings.ts';

/** Settings in the making: starts with the defaults, takes one source after the other, collects what is wrong. */
export interface Draft<T> extends Settings<T> {
  readonly faults: string[];
  /** The keys for which any source gave a value that cannot be used. */
  readonly faulty: ReadonlySet<string>;
  /** Reads values that override those taken so far. */
  apply(values: ReadonlyMap<string, SourceValue>): void;
  /** Sets a value that follows from others. */
  set<K extends KeyName<T>>(key: K, value: Config<T>[K], origin: string): void;
}

const unset = 'default';

export function createDraft<T extends KeyTable>(table: T, context: { env: Environment; readFile: ReadFile }): Draft<T> {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const faults: string[] = [];
  const faulty = new Set<string>();
  const written = new Map<string, string>();
  for (const [name, key] of Object.entries(table)) values[name] = key.default;

  return {
    ...context,
    // One value of the right type for each key: the table's schemas and defaults see to it.
    config: values as Config<T>,
    faults,
    faulty,
    origin: (key) => origins.get(key) ?? unset,
    explicit: (key) => origins.has(key),
    subject(key) {
      const origin = `(${origins.get(key) ?? unset})`;
      if (table[key]?.secret === true) return `${key} ${origin}`;
      const value = values[key];
      const text = typeof value === 'string' ? value : table[key]?.toYaml(value);
      return `${key}: ${written.get(key) ?? shownValue(text)} ${origin}`;
    },
    apply(sourceValues) {
      for (const [name, source] of sourceValues) {
        const key = table[name];
        if (key === undefined) continue;
        const parsed = key.schema.safeParse(source.raw);
        origins.set(name, source.origin());
        written.set(name, shownValue(source.raw));
        if (parsed.success) values[name] = parsed.data;
        else {
          faulty.add(name);
          faults.push(...parsed.error.issues.map((issue) => faultLine(name, key, source, issue)));
        }
      }
    },
    set(key, value, origin) {
      values[key] = value;
      written.delete(key);
      origins.set(key, origin);
    },
  };
}

/** `server.port: 70000 (config.yaml:3) is not a port: use a whole number from 0 to 65535` */
function faultLine(name: string, key: Key<unknown>, source: SourceValue, issue: z.core.$ZodIssue): string {
  const origin = `(${source.origin(issue.path)})`;
  if (key.secret === true) return `${name} ${origin} ${issue.message}`;
  const named: unknown = issue.code === 'custom' ? issue.params?.['shown'] : undefined;
  if (typeof named === 'string') return `${name}: ${shownValue(named)} ${origin} ${issue.message}`;
  const path = [name, ...issue.path.filter((step) => typeof step === 'string')].join('.');
  return `${shownValue(path)}: ${shownValue(partOf(source.raw, issue.path))} ${origin} ${issue.message}`;
}
