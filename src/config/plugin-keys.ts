import { defineKey } from './key.ts';
import { loggingKeys } from './logging-keys.ts';
import { listenPair } from './values/listen-pair.ts';
import { boolean } from './values/boolean.ts';
import { choice } from './values/choice.ts';
import { filePath } from './values/text.ts';
import { webKeys } from './web-keys.ts';

export type PluginKeys = typeof pluginKeys;

/** Every key of `tallyman plugin`. */
export const pluginKeys = {
  ...webKeys({ port: 9323, address: '127.0.0.1', envPrefix: 'PLUGIN' }),
  'server.listen': defineKey({
    ...listenPair,
    default: '',
    env: 'PLUGIN_LISTEN',
    flag: 'listen',
    doc: '`server.address` and `server.port` in one, such as `127.0.0.1:9323`.',
  }),
  'engine.metrics_socket': defineKey({
    ...filePath,
    default: '/run/docker/metrics.sock',
    env: 'PLUGIN_METRICS_SOCKET',
    flag: 'metrics-socket',
    doc: "The socket with the engine's own metrics: `<exec-root>/metrics.sock` outside of a managed plugin.",
  }),
  'plugin.socket': defineKey({
    ...filePath,
    default: '/run/docker/plugins/engine-metrics.sock',
    env: 'PLUGIN_SOCKET',
    flag: 'plugin-socket',
    doc: 'Where the engine calls the plugin; the name is that in `config.json`.',
  }),
  'plugin.standalone': defineKey({
    ...boolean,
    default: false,
    flag: 'standalone',
    bare: 'true',
    doc: 'Serve without being a plugin: no socket is made, and nobody has to call first.',
  }),
  ...loggingKeys,
  'logging.output': defineKey({
    ...choice('by-level', 'stdout', 'stderr'),
    default: 'by-level',
    doc: "Where the log goes. The engine's log shows a plugin's standard error as errors and its standard output as information: `by-level` sends errors to the first and the rest to the second.",
  }),
} as const;
