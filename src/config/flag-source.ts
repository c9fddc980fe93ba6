import type { KeyTable } from './key.ts';
import { nearest } from './nearest.ts';
import { shownValue, type SourceValue } from './raw-value.ts';

export interface FlagReading {
  request?: 'help' | 'version';
  configFile?: string;
  values: ReadonlyMap<string, SourceValue>;
  faults: readonly string[];
}

/** Flags that stand alone, of every role. */
const switches: Readonly<Record<string, 'help' | 'version'>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
};

/** Reads `--flag=value` and `--flag value`. A request for help goes before one for the version. */
export function readFlagSource(table: KeyTable, argv: readonly string[]): FlagReading {
  const keys = flagKeys(table);
  const given = new Map<string, string>();
  const requests = new Set<'help' | 'version'>();
  const faults: string[] = [];

  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const [, flag = argument, inline] = /^(-[^=]*)=(.*)$/s.exec(argument) ?? [];
    const next = argv[index + 1];
    const bare = table[keys.get(flag) ?? '']?.bare;
    const separate =
      inline === undefined && bare === undefined && next !== undefined && !isFlag(next) ? next : undefined;
    const request = switches[flag];
    if (request !== undefined) {
      requests.add(request);
      if (inline !== undefined) faults.push(`${flag} takes no value`);
    } else if (!isFlag(argument)) {
      faults.push(`${shownValue(argument)} is not expected: settings are given as --flag=value`);
    } else {
      // What follows an unknown flag is taken for its value, which may be a secret: it is not shown.
      if (separate !== undefined) index += 1;
      const value = inline ?? separate ?? bare ?? '';
      if (!keys.has(flag)) faults.push(unknownFlag(flag, keys, table));
      else if (given.has(flag)) faults.push(`${flag} is given twice: keep one`);
      else if (value === '') faults.push(`${flag} has no value: write ${flag}=VALUE`);
      if (keys.has(flag)) given.set(flag, value);
    }
  }
  return { ...result(given, keys), ...requested(requests), faults };
}

/** The configuration file's flag has no key of its own. */
const configFlag = '--config';

function flagKeys(table: KeyTable): ReadonlyMap<string, string | undefined> {
  const keys = new Map<string, string | undefined>([[configFlag, undefined]]);
  for (const [name, key] of Object.entries(table)) if (key.flag !== undefined) keys.set(`--${key.flag}`, name);
  return keys;
}

function result(given: ReadonlyMap<string, string>, keys: ReadonlyMap<string, string | undefined>) {
  const values = new Map<string, SourceValue>();
  for (const [flag, raw] of given) {
    const key = keys.get(flag);
    if (key !== undefined && raw !== '') values.set(key, { raw, origin: () => `flag ${flag}` });
  }
  const configFile = given.get(configFlag);
  return configFile === undefined || configFile === '' ? { values } : { values, configFile };
}

function requested(requests: ReadonlySet<'help' | 'version'>): { request?: 'help' | 'version' } {
  const request = requests.has('help') ? 'help' : [...requests][0];
  return request === undefined ? {} : { request };
}

/** `-1` is a value, `-h` and `--port` are not. */
function isFlag(argument: string): boolean {
  return /^-(?:-|[a-zA-Z]|$)/.test(argument);
}

function unknownFlag(flag: string, keys: ReadonlyMap<string, unknown>, table: KeyTable): string {
  const subject = `${shownValue(flag)} is not a flag`;
  const word = flag.replace(/^-+/, '');
  if (Object.hasOwn(table, word)) {
    const own = table[word]?.flag;
    return `${subject}: ${own === undefined ? `set ${word} in the configuration file` : `did you mean --${own}?`}`;
  }
  const known = [...keys.keys(), ...Object.keys(switches)].map((name) => name.replace(/^-+/, ''));
  const meant = nearest(word, known);
  return `${subject}: ${meant === undefined ? 'see --help' : `did you mean --${meant}?`}`;
}
