import { readableFile, tlsPair } from './file-checks.ts';
import { defineCheck, type Check, type Settings } from './settings.ts';
import { withoutEndSlash } from './values/url-path.ts';
import type { WebKeys } from './web-keys.ts';

const pathKeys = ['server.metrics_path', 'server.health_path', 'server.ready_path'] as const;
const tlsFileKeys = ['server.tls.cert_file', 'server.tls.key_file'] as const;
const userKeys = ['server.auth.username', 'server.auth.password'] as const;

/** What has to fit together among the keys of a web server. */
export const webChecks: readonly Check<WebKeys>[] = [
  defineCheck(pathKeys, sharedPaths),
  defineCheck(['server.tls.enabled', ...tlsFileKeys], (settings) =>
    halfConfigured(settings, { enabled: 'server.tls.enabled', parts: tlsFileKeys, what: 'TLS' }),
  ),
  ...tlsFileKeys.map((key) => readableFile<WebKeys>(key)),
  tlsPair<WebKeys>(...tlsFileKeys),
  defineCheck(['server.auth.enabled', ...userKeys], (settings) =>
    halfConfigured(settings, { enabled: 'server.auth.enabled', parts: userKeys, what: 'authentication' }),
  ),
  defineCheck(['server.auth.username'], (settings) => {
    if (!settings.config['server.auth.username'].includes(':')) return [];
    return [
      `${settings.subject('server.auth.username')} has a colon, which Basic authentication has no room for: remove it`,
    ];
  }),
  readableFile<WebKeys>('server.web_config_file'),
  defineCheck(['server.web_config_file', 'server.tls.enabled', 'server.auth.enabled'], twoWays),
];

function sharedPaths(settings: Settings<WebKeys>): string[] {
  return pathKeys.flatMap((key, index) =>
    pathKeys.slice(0, index).flatMap((other) => {
      if (withoutEndSlash(settings.config[key]) !== withoutEndSlash(settings.config[other])) return [];
      const [blamed, kept] = settings.explicit(key) ? [key, other] : [other, key];
      return [`${settings.subject(blamed)} is the path of ${kept} too: choose another`];
    }),
  );
}

interface Group {
  enabled: 'server.tls.enabled' | 'server.auth.enabled';
  parts: readonly (typeof tlsFileKeys | typeof userKeys)[number][];
  what: string;
}

function halfConfigured(settings: Settings<WebKeys>, { enabled, parts, what }: Group): string[] {
  const missing = parts.filter((part) => settings.config[part] === '');
  const [set] = parts.filter((part) => settings.config[part] !== '');
  if (settings.config[enabled]) {
    if (missing.length === 0) return [];
    return [`${settings.subject(enabled)} leaves ${what} half-configured: set ${missing.join(' and ')}`];
  }
  if (set === undefined) return [];
  return [`${settings.subject(set)} leaves ${what} half-configured: set ${enabled} to true, or remove ${set}`];
}

function twoWays(settings: Settings<WebKeys>): string[] {
  if (settings.config['server.web_config_file'] === '') return [];
  const file = settings.subject('server.web_config_file');
  return (['server.tls.enabled', 'server.auth.enabled'] as const)
    .filter((key) => settings.config[key])
    .map((key) => `${file} cannot be combined with ${settings.subject(key)}: use one`);
}
