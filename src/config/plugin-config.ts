import type { Config } from './key.ts';
import type { Draft } from './draft.ts';
import { loadConfig, type LoadOptions, type LoadResult, type Sources } from './load.ts';
import { standsInEngineFolder } from './plugin-folder.ts';
import { pluginKeys, type PluginKeys } from './plugin-keys.ts';
import { parseListenPair } from './values/listen-pair.ts';
import { defineCheck, type Check } from './settings.ts';
import { withoutEndSlash } from './values/url-path.ts';
import { webChecks } from './web-checks.ts';

export type PluginConfig = Config<PluginKeys>;

/** Loads the configuration of `tallyman plugin`: its keys, and what has to fit together among them. */
export function loadPluginConfig(sources: Sources): LoadResult<PluginKeys> {
  return loadConfig(pluginKeys, sources, pluginOptions);
}

/** Where the plugin's own metrics are. */
export function selfPath(metricsPath: string): string {
  return `${withoutEndSlash(metricsPath)}/self`;
}

function deriveListen(draft: Draft<PluginKeys>): void {
  const pair = parseListenPair(draft.config['server.listen']);
  if (pair === undefined) return;
  for (const key of ['server.address', 'server.port'] as const) {
    if (!draft.explicit(key)) continue;
    draft.faults.push(`${draft.subject('server.listen')} cannot be combined with ${draft.subject(key)}: use one`);
  }
  const origin = draft.origin('server.listen');
  draft.set('server.address', pair.address, origin);
  draft.set('server.port', pair.port, origin);
}

const checks: readonly Check<PluginKeys>[] = [
  defineCheck(['engine.metrics_socket'], (settings) => {
    if (settings.config['engine.metrics_socket'] !== '') return [];
    return [`${settings.subject('engine.metrics_socket')} leaves nothing to serve: name the engine's metrics socket`];
  }),
  defineCheck(['plugin.socket', 'plugin.standalone'], (settings) => {
    if (settings.config['plugin.socket'] !== '' || settings.config['plugin.standalone']) return [];
    return [
      `${settings.subject('plugin.socket')} leaves the engine nothing to call: name a socket, or use --standalone`,
    ];
  }),
  defineCheck(['plugin.socket', 'plugin.standalone'], (settings) => {
    if (!settings.config['plugin.standalone'] || !settings.explicit('plugin.socket')) return [];
    const standalone = settings.subject('plugin.standalone');
    return [`${settings.subject('plugin.socket')} cannot be combined with ${standalone}: use one`];
  }),
  defineCheck(['plugin.socket', 'plugin.standalone'], (settings) => {
    const { 'plugin.standalone': isStandalone, 'plugin.socket': socket } = settings.config;
    if (isStandalone || !standsInEngineFolder(socket, settings.readFile)) return [];
    const subject = settings.subject('plugin.socket');
    return [
      `${subject} is in the engine's folder for legacy plugins, where one of this type makes the engine hang: ` +
        'install the managed plugin, or use --standalone (docs/plugin.md)',
    ];
  }),
  defineCheck(['server.metrics_path', 'server.health_path', 'server.ready_path'], (settings) => {
    const self = selfPath(settings.config['server.metrics_path']);
    return (['server.health_path', 'server.ready_path'] as const)
      .filter((key) => withoutEndSlash(settings.config[key]) === self)
      .map((key) => `${settings.subject(key)} is the path of the plugin's own metrics: choose another`);
  }),
];

const pluginOptions: LoadOptions<PluginKeys> = {
  configEnv: 'PLUGIN_CONFIG',
  derive: deriveListen,
  checks: [...webChecks, ...checks],
};
