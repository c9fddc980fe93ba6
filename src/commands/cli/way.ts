import { cliKeys, type CliKeys } from '../../config/cli-keys.ts';
import { certificateFile, readableFile } from '../../config/file-checks.ts';
import type { Config, Environment } from '../../config/key.ts';
import { loadConfig } from '../../config/load.ts';
import { defineCheck, type Check } from '../../config/settings.ts';

/** Through a server's API. */
export interface ApiWay {
  kind: 'api';
  /** Without a slash at the end. */
  server: string;
  token: string;
  /** Where the token was given: `flag --token`. */
  tokenOrigin: string;
  /** A PEM file with the authorities to trust; undefined for the system's. */
  caFile: string | undefined;
}

/** Directly on a server's state. */
export interface StateWay {
  kind: 'state';
  data: string | undefined;
  database: string | undefined;
  secret: string | undefined;
}

/** How a command reaches what it works on; `unsaid`: nobody said. */
export type Way = ApiWay | StateWay | { kind: 'unsaid'; secret: string | undefined };

/** Flags as they were given, by name without dashes. */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;

const apiKeys = ['cli.server', 'cli.token', 'cli.ca_file'] as const;
const stateKeys = ['cli.data', 'cli.database', 'cli.secret'] as const;

/**
 * Which way a command is to go. Flags of one way go before the environment of the other, which is then not even looked
 * at; both ways side by side are a fault.
 */
export function loadWay(given: GivenFlags, env: Environment): Way | { faults: readonly string[] } {
  const argv = Object.values(cliKeys).flatMap((key) =>
    'flag' in key ? (given.get(key.flag) ?? []).map((text) => `--${key.flag}=${text}`) : [],
  );
  const loaded = loadConfig(cliKeys, { argv, env: withoutOtherWay(given, env) }, { checks });
  if (!loaded.ok) return { faults: loaded.faults ?? [] };
  const { config } = loaded;
  const { 'cli.server': server, 'cli.token': token } = config;
  const secret = orUndefined(config['cli.secret']);
  const [data, database] = [orUndefined(config['cli.data']), orUndefined(config['cli.database'])];
  if (data !== undefined || database !== undefined) return { kind: 'state', data, database, secret };
  if (server === '') return { kind: 'unsaid', secret };
  const tokenOrigin = loaded.origins.get('cli.token') ?? '';
  return { kind: 'api', server, token, tokenOrigin, caFile: orUndefined(config['cli.ca_file']) };
}

function withoutOtherWay(given: GivenFlags, env: Environment): Environment {
  const isFlagged = (keys: readonly (keyof CliKeys)[]): boolean => keys.some((key) => given.has(flagOf(key)));
  const [byApi, byState] = [isFlagged(apiKeys), isFlagged(stateKeys)];
  if (byApi === byState) return env;
  const hidden = new Set((byApi ? stateKeys : apiKeys).map((key) => cliKeys[key].env));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)));
}

function flagOf(key: keyof CliKeys): string {
  return cliKeys[key].flag ?? '';
}

const checks: readonly Check<CliKeys>[] = [
  readableFile('cli.ca_file'),
  certificateFile('cli.ca_file'),
  defineCheck(['cli.server', 'cli.token', 'cli.ca_file', 'cli.data', 'cli.database'], (settings) => {
    const { config } = settings;
    const origin = (key: keyof CliKeys): string => settings.origin(key);
    const isFlag = (key: keyof CliKeys): boolean => origin(key).startsWith('flag ');
    const state = (['cli.data', 'cli.database'] as const).find((key) => config[key] !== '');
    // A token or an authority in the environment belongs to whatever server is named; by itself it chooses nothing.
    const api = apiKeys.find((key) => isFlag(key) || (key === 'cli.server' && config[key] !== ''));
    if (api === undefined) return [];
    if (state !== undefined) {
      return [
        `${origin(api)} asks for a server's API and ${origin(state)} for its state: keep one (a flag of one way goes ` +
          'before the environment of the other)',
      ];
    }
    if (config['cli.server'] === '') {
      return [`${origin(api)} is for a server's API: name the server with --server or TALLYMAN_SERVER`];
    }
    return config['cli.token'] === '' ? [tokenMissing(settings.subject('cli.server'))] : [];
  }),
  defineCheck(['cli.token'], (settings) =>
    /^[\x21-\x7e]*$/.test(settings.config['cli.token'])
      ? []
      : [
          `${settings.subject('cli.token')} is not a token: it has a space, a line break or another character that none has`,
        ],
  ),
];

function tokenMissing(server: string): string {
  return (
    `${server} wants to know who calls: give a token with TALLYMAN_TOKEN or --token; ` +
    "on the server's machine 'tallyman token create NAME --role admin' makes one"
  );
}

function orUndefined(text: Config<CliKeys>['cli.data']): string | undefined {
  return text === '' ? undefined : text;
}
