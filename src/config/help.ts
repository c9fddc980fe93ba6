import { environmentNames, type Key, type KeyTable } from './key.ts';

export interface HelpOptions {
  /** As it is typed: `tallyman exporter`. */
  command: string;
  /** One line: what the command does. */
  summary: string;
  /** The environment variable that names the configuration file. */
  configEnv?: string;
  /** Where the rest of the settings is written down; the exporter's without it. */
  settings?: string;
  /** More lines at the end. */
  more?: readonly string[];
}

/** The text of `--help`: usage, every flag with its default and environment variable, and where the rest is set. */
export function helpText(table: KeyTable, options: HelpOptions): string {
  const rows = [
    ['--config FILE', note('Configuration file in YAML.', options.configEnv === undefined ? [] : [options.configEnv])],
    ...Object.values(table).flatMap((key) => (key.flag === undefined ? [] : [flagRow(key, key.flag)])),
    ['--version', 'Print the version and stop.'],
    ['-h, --help', 'Print this and stop.'],
  ] as const;
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const variables = Object.values(table)
    .filter((key) => key.flag === undefined)
    .flatMap(environmentNames);
  return [
    `${options.command}: ${options.summary}`,
    '',
    `Usage: ${options.command} [flags]`,
    '',
    'Flags:',
    ...rows.map(([flag, meaning]) => `  ${flag.padEnd(width)}  ${meaning}`),
    '',
    'A flag goes before the environment, which goes before the configuration file.',
    ...(variables.length === 0 ? [] : [`More environment variables: ${[...new Set(variables)].join(', ')}.`]),
    `The configuration file has more settings: see ${options.settings ?? 'docs/config.md and config.example.yaml'}.`,
    ...(options.more ?? []),
    '',
  ].join('\n');
}

function flagRow(key: Key<unknown>, flag: string): readonly [string, string] {
  const unset = key.default === '' ? 'none' : key.toYaml(key.default);
  const value = placeholder(key.type);
  const facts = [...(value === 'VALUE' ? [key.type] : []), `default ${unset}`, ...environmentNames(key)];
  return [key.bare === undefined ? `--${flag} ${value}` : `--${flag}`, note(withoutMarkup(key.doc), facts)];
}

function note(doc: string, facts: readonly string[]): string {
  return facts.length === 0 ? doc : `${doc} (${facts.join('; ')})`;
}

function withoutMarkup(doc: string): string {
  return doc.replaceAll('`', '');
}

/** `port, 0 to 65535` becomes PORT. */
function placeholder(type: string): string {
  const words: readonly string[] = ['port', 'address', 'file', 'duration'];
  const word = type
    .toLowerCase()
    .split(/[^a-z]+/)
    .find((candidate) => words.includes(candidate));
  return (word ?? 'value').toUpperCase();
}
