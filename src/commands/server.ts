import { buildInfo } from '../base/build-info.ts';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { helpText } from '../config/help.ts';
import { agentUrls, loadServerConfig, type ServerConfig } from '../config/server-config.ts';
import type { Environment } from '../config/key.ts';
import { serverKeys } from '../config/server-keys.ts';
import { toSupplyChainConfig } from '../config/supply-chain-config.ts';
import { parseListenPair } from '../config/values/listen-pair.ts';
import { startServer, type ServerOptions } from '../server/create-server.ts';
import { firstAdministrator } from '../server/auth/first-admin.ts';
import type { Command } from './command.ts';
import { answerUnloaded } from './unloaded.ts';
import { createConfiguredLog } from './configured-log.ts';

/** How long requests and connections that are under way may take to end. */
const stopDeadlineMs = 5000;

export const server: Command = async (context) => {
  const loaded = loadServerConfig({ argv: context.args, env: context.env });
  if (!loaded.ok) return answerUnloaded(loaded, context, help);
  const { config } = loaded;
  const log = createConfiguredLog(config);
  const running = await startServer(toServerOptions(config, context.env, log));
  const { http, agents, metrics, generatedPassword } = running;
  if (generatedPassword !== undefined) {
    // Not by the log, which goes to places where a password should not be.
    context.printError(`first start: sign in as ${firstAdministrator} with the password ${generatedPassword}`);
  }
  log.info(
    { http, agents, ...(metrics === undefined ? {} : { metrics }), version: buildInfo.version },
    'the server listens',
  );
  if (!config['metrics.auth']) log.warn('the metrics are public: metrics.auth (DOCKMESH_METRICS_AUTH) is false');
  return {
    async stop() {
      log.info('the server stops');
      await running.stop(stopDeadlineMs);
    },
  };
};

function toServerOptions(config: ServerConfig, env: Environment, log: Log): ServerOptions {
  const everywhere = { address: '0.0.0.0', port: 0 };
  return {
    data: config['server.data'],
    database: config['server.database'],
    secret: config['server.secret'] || undefined,
    adminPassword: config['server.admin_password'] || undefined,
    listen: parseListenPair(config['server.listen']) ?? everywhere,
    agentListen: parseListenPair(config['server.agent_listen']) ?? everywhere,
    agentUrls: agentUrls(config['server.agent_url']),
    metrics: { isPublic: !config['metrics.auth'], listen: parseListenPair(config['metrics.listen']) },
    webConfigFile: config['server.web_config_file'] || undefined,
    heartbeatMs: config['agents.heartbeat_interval'],
    sampleMs: config['agents.sample_interval'],
    certificateMs: config['agents.certificate_lifetime'],
    auditRetentionMs: config['audit.retention'],
    supplyChain: toSupplyChainConfig(config, env),
    clock: systemClock,
    log,
  };
}

function help(): string {
  return helpText(serverKeys, {
    command: 'tallyman server',
    summary: 'the fleet: hosts with their agents, tokens, roles, the audit log, and the metrics of all of them',
    configEnv: 'TALLYMAN_CONFIG',
    settings: 'docs/server-config.md and server.example.yaml',
    more: ['See also: tallyman server backup --help, tallyman server restore --help'],
  });
}
