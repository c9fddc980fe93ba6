import { buildInfo } from '../base/build-info.ts';
import { systemClock } from '../base/clock.ts';
import { errorText, TallymanError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { helpText } from '../config/help.ts';
import { loadPluginConfig, selfPath, type PluginConfig } from '../config/plugin-config.ts';
import { pluginKeys } from '../config/plugin-keys.ts';
import type { HttpServer } from '../http/http-server.ts';
import { createPlugin, type Plugin } from '../plugin/create-plugin.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { answerUnloaded } from './unloaded.ts';
import { createConfiguredLog } from './configured-log.ts';
import { createConfiguredServer } from './configured-server.ts';

/** How long requests that are under way may take to end. The engine kills a plugin 10 s after it asked it to end. */
const stopDeadlineMs = 5000;

export const plugin: Command = async (context) => {
  const loaded = loadPluginConfig({ argv: context.args, env: context.env });
  if (!loaded.ok) return answerUnloaded(loaded, context, help);
  const { config } = loaded;
  const log = createConfiguredLog(config);
  const collector = createCollector(config, log);
  return run(context, { config, log, collector, server: createConfiguredServer(config, collector.routes, log) });
};

interface Parts {
  config: PluginConfig;
  log: Log;
  collector: Plugin;
  server: HttpServer;
}

/** The engine calls as soon as the plugin socket is there: the address for Prometheus is opened first, and can still fail. */
async function run(context: CommandContext, { config, log, collector, server }: Parts): Promise<CommandResult> {
  const stop = async (): Promise<void> => {
    await Promise.all([server.stop(stopDeadlineMs), collector.stop(stopDeadlineMs)]);
  };
  try {
    const { address, port, tls } = await server.start();
    await collector.start();
    const standalone = config['plugin.standalone'];
    log.info({ address, port, tls, standalone, version: buildInfo.version }, 'the plugin listens');
  } catch (error) {
    for (const line of startFault(error).split('\n')) context.printError(line);
    await stop();
    return { exitCode: 1 };
  }
  return {
    async stop() {
      log.info('the plugin stops');
      await stop();
    },
  };
}

function startFault(error: unknown): string {
  const isAddress = error instanceof TallymanError && error.code.startsWith('HTTP_');
  const hint = isAddress ? '; in a managed plugin: docker plugin set PLUGIN PLUGIN_LISTEN=ADDRESS:PORT' : '';
  return `tallyman plugin: ${errorText(error)}${hint}`;
}

function createCollector(config: PluginConfig, log: Log): Plugin {
  return createPlugin({
    metricsSocket: config['engine.metrics_socket'],
    pluginSocket: config['plugin.standalone'] ? undefined : config['plugin.socket'],
    paths: {
      metrics: config['server.metrics_path'],
      self: selfPath(config['server.metrics_path']),
      health: config['server.health_path'],
      ready: config['server.ready_path'],
    },
    isHealthExempt: config['server.auth.exempt_health'],
    // Main ends the process, on this signal as on the engine's.
    renew: () => void process.kill(process.pid, 'SIGTERM'),
    clock: systemClock,
    log,
  });
}

function help(): string {
  return helpText(pluginKeys, {
    command: 'tallyman plugin',
    summary: "serves the Docker Engine's own metrics, as a managed plugin of the engine or beside it",
    configEnv: 'PLUGIN_CONFIG',
  });
}
