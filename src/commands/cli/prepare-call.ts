import { existsSync } from 'node:fs';
import { cliKeys } from '../../config/cli-keys.ts';
import type { Environment } from '../../config/key.ts';
import { shownValue } from '../../config/raw-value.ts';
import type { FlagTable, FlagValues } from './flags.ts';
import type { FlagForm, ReadArguments } from './read-arguments.ts';
import type { Subcommand } from './subcommand.ts';
import { loadWay, type GivenFlags, type Way } from './way.ts';
import { parseWord, type WordKind } from './words.ts';

/** The arguments of one call, read and checked. */
export interface PreparedCall {
  subject: string;
  further: readonly string[];
  flags: FlagValues<FlagTable>;
  way: Way;
  wantsJson: boolean;
}

/** How the flags of these subcommands are written, with those that every one has. */
export function formsOf(subcommands: readonly Subcommand[]): ReadonlyMap<string, FlagForm> {
  const shared = Object.values(cliKeys).flatMap((key) => ('flag' in key ? [key.flag] : []));
  const own = subcommands.flatMap(({ flags }) => Object.entries(flags));
  return new Map<string, FlagForm>([
    ...shared.map((name) => [name, { takesValue: true }] as const),
    ['json', { takesValue: false }],
    ...own.map(
      ([name, { placeholder, ...form }]) => [name, { takesValue: placeholder !== undefined, ...form }] as const,
    ),
  ]);
}

/** Checks the arguments of a subcommand; `words` are without its name. */
export function prepareCall(
  subcommand: Subcommand,
  { words, flags: given, faults }: ReadArguments,
  { env, defaultData }: { env: Environment; defaultData: string },
): PreparedCall | { faults: readonly string[] } {
  // A word too many may be the value of a flag that was misspelt, and a secret: only the flag is told.
  if (faults.length > 0) return { faults };
  const own = readFlags(subcommand.flags, given);
  const way = settledWay(subcommand, loadWay(given, env), defaultData);
  const [subject = '', further] = subcommand.subject === undefined ? ['', words] : [words[0], words.slice(1)];
  const ownFaults = [...wordFaults(subcommand, words), ...own.faults];
  const together = own.faults.length > 0 ? [] : (subcommand.check?.({ flags: own.values, subject, further }) ?? []);
  const all = [...ownFaults, ...together, ...('faults' in way ? way.faults : [])];
  if (all.length > 0 || 'faults' in way) return { faults: all };
  return { subject, further, flags: own.values, way, wantsJson: given.has('json') };
}

function readFlags(table: FlagTable, given: GivenFlags): { values: Record<string, unknown>; faults: string[] } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, flag] of Object.entries(table)) {
    const texts = given.get(name) ?? [];
    const shown = flag.placeholder === undefined ? `--${name}` : `--${name} ${flag.placeholder}`;
    const parsed = flag.parse(texts);
    if (flag.isRequired === true && texts.length === 0) faults.push(`${shown} is missing: ${flag.doc}`);
    else if (parsed.ok) values[name] = parsed.value;
    else faults.push(`--${name}: ${parsed.message}`);
  }
  return { values, faults };
}

function wordFaults({ subject, further }: Subcommand, words: readonly string[]): readonly string[] {
  const own = subject === undefined ? [] : [subject];
  const extra = further === undefined ? words[own.length] : undefined;
  const faults = extra === undefined ? [] : [`${shownValue(extra)} is not expected here`];
  const wanted = further?.isRequired === true ? [...own, further.word] : own;
  const missing = wanted.slice(words.length).map((kind) => `${kind} is missing`);
  const kindOf = (index: number): WordKind | undefined => own[index] ?? further?.word;
  const wrong = words.flatMap((word, index) => {
    const kind = kindOf(index);
    if (kind === undefined) return [];
    if (word === '') return [`${kind} is missing`];
    const parsed = parseWord(kind, word);
    return parsed.ok ? [] : [parsed.message];
  });
  return [...faults, ...missing, ...wrong];
}

type WayOrFaults = Way | { faults: readonly string[] };

function settledWay({ name, isStateOnly }: Subcommand, way: WayOrFaults, defaultData: string): WayOrFaults {
  if ('faults' in way) return way;
  if (way.kind === 'api' && isStateOnly === true) {
    const advice = 'stop the server, and run this on its machine with --data, --database, or both';
    return { faults: [`${name} works directly on the state, not through the API: ${advice}`] };
  }
  if (way.kind !== 'unsaid') return way;
  if (existsSync(defaultData)) return { kind: 'state', data: defaultData, database: undefined, secret: way.secret };
  const api =
    isStateOnly === true ? '' : 'Use --server URL with a token (TALLYMAN_SERVER, TALLYMAN_TOKEN) for its API, or ';
  const state = '--data FOLDER or --database URL (TALLYMAN_DATA, TALLYMAN_DATABASE) for its state';
  const start = api === '' ? 'Use ' : `${api}on its machine `;
  return { faults: [`which server? ${start}${state}; there is no ${defaultData} here`] };
}
