import { readFileSync } from 'node:fs';
import { readEnvironmentSource } from './environment-source.ts';
import { readFileSource } from './file-source.ts';
import { readFlagSource } from './flag-source.ts';
import type { Config, Environment, KeyName, KeyTable } from './key.ts';
import { createDraft, type Draft } from './draft.ts';
import type { Check, ReadFile, Settings } from './settings.ts';
import { shownValue, type SourceValue } from './raw-value.ts';
import { systemWords } from './system-words.ts';

export interface Sources {
  /** The arguments after the command's name. */
  argv: readonly string[];
  env: Environment;
  /** Reads a file as UTF-8, or throws the system's error; the real one when left out. */
  readFile?: ReadFile;
}

export interface LoadOptions<T> {
  /** The environment variable that names the configuration file, as `--config` does. */
  configEnv?: string;
  /** Sections whose keys are of one sort, and what to call one: `{'collection.collectors': 'collector'}`. */
  sections?: Readonly<Record<string, string>>;
  /** Sets what follows from other settings, before the checks. */
  derive?: (draft: Draft<T>) => void;
  checks?: readonly Check<T>[];
}

export interface Loaded<T> {
  readonly ok: true;
  readonly config: Config<T>;
  /** Every key's origin: `default`, `config.yaml:12`, `environment EXPORTER_PORT`, `flag --server.port`. */
  readonly origins: ReadonlyMap<KeyName<T>, string>;
  /** The configuration file's path, as it was given. */
  readonly configFile?: string;
  /** Whether a user set the key, to whatever value. */
  explicit(key: KeyName<T>): boolean;
}

export type LoadResult<T> =
  | Loaded<T>
  /** One line for each thing that is wrong: the key, where its value came from, and what would be right. */
  | { readonly ok: false; readonly faults: readonly string[]; readonly request?: undefined }
  /** `--help` or `--version` was given; nothing else was looked at. */
  | { readonly ok: false; readonly request: 'help' | 'version'; readonly faults?: undefined };

/**
 * Puts a role's configuration together: defaults < YAML file < environment < flags. Every source is checked, also where
 * a stronger one overrides it. Never throws for bad input; never shows a secret.
 */
export function loadConfig<T extends KeyTable>(
  table: T,
  sources: Sources,
  options: LoadOptions<T> = {},
): LoadResult<T> {
  const flags = readFlagSource(table, sources.argv);
  if (flags.request !== undefined) return { ok: false, request: flags.request };
  const readFile = sources.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const file = findFile(flags.configFile, sources.env, options.configEnv);
  const read = file === undefined ? nothingRead : readConfigFile(table, file, readFile, options.sections ?? {});

  const draft = createDraft(table, { env: sources.env, readFile });
  draft.faults.push(...flags.faults, ...read.faults);
  for (const values of [read.values, readEnvironmentSource(table, sources.env), flags.values]) draft.apply(values);
  options.derive?.(draft);
  for (const check of options.checks ?? []) {
    if (!check.keys.some((key) => draft.faulty.has(key))) draft.faults.push(...check.find(draft));
  }
  return draft.faults.length > 0 ? { ok: false, faults: draft.faults } : loaded(table, draft, file?.path);
}

interface ConfigFile {
  path: string;
  origin: string;
}

interface FileValues {
  values: ReadonlyMap<string, SourceValue>;
  faults: readonly string[];
}

const nothingRead: FileValues = { values: new Map(), faults: [] };

function findFile(flag: string | undefined, env: Environment, name: string | undefined): ConfigFile | undefined {
  if (flag !== undefined) return { path: flag, origin: 'flag --config' };
  const path = name === undefined ? undefined : env[name];
  return path === undefined || path === '' ? undefined : { path, origin: `environment ${String(name)}` };
}

function readConfigFile(
  table: KeyTable,
  file: ConfigFile,
  readFile: ReadFile,
  sections: Readonly<Record<string, string>>,
): FileValues {
  let text: string;
  try {
    text = readFile(file.path);
  } catch (error) {
    const fault = `configuration file: ${shownValue(file.path)} (${file.origin}) cannot be read: ${systemWords(error)}`;
    return { values: new Map(), faults: [fault] };
  }
  return readFileSource(table, text, { name: file.path, sections });
}

function loaded<T extends KeyTable>(table: T, settings: Settings<T>, configFile: string | undefined): Loaded<T> {
  const keys = Object.keys(table) as KeyName<T>[];
  return {
    ok: true,
    config: settings.config,
    origins: new Map(keys.map((key) => [key, settings.origin(key)])),
    explicit: (key) => settings.explicit(key),
    ...(configFile === undefined ? {} : { configFile }),
  };
}
