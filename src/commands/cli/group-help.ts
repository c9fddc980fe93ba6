import { cliKeys } from '../../config/cli-keys.ts';
import { environmentNames, type Key } from '../../config/key.ts';
import type { Flag } from './flags.ts';
import type { CommandGroup, Subcommand } from './subcommand.ts';

type HelpRow = readonly [flag: string, meaning: string];

/** The text of `tallyman host --help`. */
export function groupHelp({ name, summary, subcommands }: CommandGroup): string {
  const rows = subcommands.map((subcommand): HelpRow => [
    [subcommand.name, ...wordsAndFlags(subcommand)].join(' '),
    subcommand.summary,
  ]);
  return [
    `tallyman ${name}: ${summary}`,
    '',
    `Usage: tallyman ${name} COMMAND [flags]`,
    '',
    'Commands:',
    ...aligned(rows),
    '',
    `See also: tallyman ${name} COMMAND --help`,
  ].join('\n');
}

/** The text of `tallyman host add --help`: `command` is what stands before the flag. */
export function subcommandHelp(command: string, subcommand: Subcommand): string {
  const { flags, remarks = [], isStateOnly } = subcommand;
  const own = Object.entries(flags).map(([name, flag]) => ownRow(name, flag));
  const shared = Object.values<Key<string>>(cliKeys).flatMap((key) => (key.flag === undefined ? [] : [sharedRow(key)]));
  const others: readonly HelpRow[] = [
    ['--json', 'Print JSON instead of text for people.'],
    ['-h, --help', 'Print this and stop.'],
  ];
  return [
    `${command}: ${subcommand.summary}`,
    '',
    `Usage: ${[command, ...wordsAndFlags(subcommand)].join(' ')} [flags]`,
    ...(own.length === 0 ? [] : ['', 'Flags:', ...aligned(own)]),
    '',
    isStateOnly === true ? "Which server's state:" : 'Which server:',
    ...aligned(isStateOnly === true ? shared.filter(([flag]) => flag.startsWith('--data')) : shared),
    ...(isStateOnly === true ? [] : ['', ...wayRemarks]),
    '',
    'Other flags:',
    ...aligned(others),
    ...(remarks.length === 0 ? [] : ['', ...remarks]),
    '',
    `Exit codes: 0 done, 1 failed or refused, 2 wrong use${'fail-on' in flags ? ', 3 a policy is violated' : ''}.`,
  ].join('\n');
}

const wayRemarks = [
  'A command goes through the API (--server and a token), or, on the server machine, directly to its state',
  '(--data, --database, or both). Flags of one way go before the environment of the other; without either, the',
  'state in /var/lib/tallyman is used if it is there.',
];

/** `NAME --role ROLE`: the words, and the flags that have to be there. */
function wordsAndFlags({ subject, further, flags, flagUsage }: Subcommand): readonly string[] {
  const required = Object.entries(flags).flatMap(([flag, form]) =>
    form.isRequired === true ? [`${flagText(flag, form)}${form.isRepeated === true ? '...' : ''}`] : [],
  );
  return [...wordUsage(subject, further), ...required, ...(flagUsage === undefined ? [] : [flagUsage])];
}

function wordUsage(subject: Subcommand['subject'], further: Subcommand['further']): readonly string[] {
  const own = subject === undefined ? [] : [subject];
  if (further === undefined) return own;
  if (further.word === subject) return [`${subject}...`];
  return [...own, further.isRequired === true ? `${further.word}...` : `[${further.word}...]`];
}

function ownRow(name: string, flag: Flag<unknown>): HelpRow {
  const facts = [
    ...(flag.isRequired === true ? ['required'] : []),
    ...(flag.isRepeated === true ? ['several: repeat the flag, or separate them with commas'] : []),
  ];
  return [flagText(name, flag), facts.length === 0 ? flag.doc : `${flag.doc} (${facts.join('; ')})`];
}

function sharedRow(key: Key<string>): HelpRow {
  const placeholders: Readonly<Record<string, string>> = {
    server: 'URL',
    database: 'URL',
    token: 'TOKEN',
    data: 'FOLDER',
  };
  const name = key.flag ?? '';
  return [`--${name} ${placeholders[name] ?? 'FILE'}`, `${key.doc} (${environmentNames(key).join(', ')})`];
}

function flagText(name: string, { placeholder }: Flag<unknown>): string {
  return placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
}

function aligned(rows: readonly HelpRow[]): readonly string[] {
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, meaning]) => `  ${flag.padEnd(width)}  ${meaning}`);
}
