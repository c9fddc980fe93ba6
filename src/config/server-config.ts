import { readableFile } from './file-checks.ts';
import type { Config } from './key.ts';
import { loadConfig, type LoadResult, type Sources } from './load.ts';
import { serverKeys, type ServerKeys } from './server-keys.ts';
import { defineCheck, type Check } from './settings.ts';
import { supplyChainChecks } from './supply-chain-config.ts';

export type ServerConfig = Config<ServerKeys>;

/** Loads the configuration of `tallyman server`: its keys, and what has to fit together among them. */
export function loadServerConfig(sources: Sources): LoadResult<ServerKeys> {
  return loadConfig(serverKeys, sources, { configEnv: 'TALLYMAN_CONFIG', checks });
}

/** Hosts are offline when they are not heard for 60 s, and degraded after two and a half intervals. */
const longestHeartbeatMs = 20_000;

const addresses = ['server.listen', 'server.agent_listen', 'metrics.listen'] as const;

const checks: readonly Check<ServerKeys>[] = [
  ...(['server.listen', 'server.agent_listen'] as const).map((key) =>
    defineCheck<ServerKeys>([key], (settings) =>
      settings.config[key] === '' ? [`${settings.subject(key)} is empty: use such as 0.0.0.0:8080`] : [],
    ),
  ),
  defineCheck(addresses, (settings) =>
    addresses.flatMap((key, index) =>
      addresses
        .slice(0, index)
        .filter((other) => settings.config[key] === settings.config[other] && !settings.config[key].endsWith(':0'))
        .filter(() => settings.config[key] !== '')
        .map((other) => `${settings.subject(key)} is the address of ${other} too: choose another`),
    ),
  ),
  defineCheck(['server.data'], (settings) =>
    settings.config['server.data'] === ''
      ? [`${settings.subject('server.data')} is empty: name a folder for the server's keys and state`]
      : [],
  ),
  defineCheck(['server.database'], (settings) =>
    ['', 'postgres:', 'postgresql:'].includes(protocolOf(settings.config['server.database']))
      ? []
      : [`${settings.subject('server.database')} is no PostgreSQL URL: use postgres://user:password@host:5432/name`],
  ),
  defineCheck(['agents.heartbeat_interval'], (settings) =>
    settings.config['agents.heartbeat_interval'] <= longestHeartbeatMs
      ? []
      : [
          `${settings.subject('agents.heartbeat_interval')} is too long: use 20s or less, or hosts would be offline meanwhile`,
        ],
  ),
  defineCheck(['server.agent_url'], (settings) =>
    agentUrls(settings.config['server.agent_url'])
      .filter((url) => !isAgentUrl(url))
      .map((url) => `${settings.subject('server.agent_url')} names ${url}: use https://host:port and nothing more`),
  ),
  defineCheck(['server.admin_password'], (settings) => {
    const { length } = settings.config['server.admin_password'];
    return length === 0 || length >= 8
      ? []
      : [`${settings.subject('server.admin_password')} is too short: use 8 or more`];
  }),
  readableFile<ServerKeys>('server.web_config_file'),
  ...supplyChainChecks,
];

/** The addresses in a comma-separated list. */
export function agentUrls(text: string): readonly string[] {
  return text
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}

/** It becomes part of a command line that people paste into a shell, and agents take nothing but an address. */
function isAgentUrl(url: string): boolean {
  return /^https:\/\/[a-zA-Z0-9.:[\]-]+\/?$/.test(url) && URL.canParse(url);
}

function protocolOf(text: string): string {
  if (text === '') return '';
  return URL.canParse(text) ? new URL(text).protocol : 'none';
}
