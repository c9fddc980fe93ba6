import { readFileSync } from 'node:fs';
import { loadExporterConfig } from '../config/exporter-config.ts';
import { exporterKeys } from '../config/exporter-keys.ts';
import { helpText } from '../config/help.ts';
import type { Config } from '../config/key.ts';
import type { LoadResult } from '../config/load.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { parseListenPair } from '../config/values/listen-pair.ts';
import type { WebKeys } from '../config/web-keys.ts';
import type { Command, CommandContext } from './command.ts';
import { exporterKeyOptions } from './exporter-config-input.ts';
import { versionLine } from './version-line.ts';
import { askHealth, type HealthAnswer } from './health-request.ts';

/**
 * `tallyman healthcheck [exporter|plugin|server|agent] [flags]`: asks the health path of the role that runs with the same flags,
 *  environment and configuration file; without any arguments, of the container's main process. One line says what came
 * out. Exits 0 or 1, never 2: to Docker that is reserved (https://docs.docker.com/reference/dockerfile/#healthcheck).
 */
export const healthcheck: Command = async (context) => {
  const { role, args } = parseTarget(context.args.length > 0 ? context.args : mainProcessArguments());
  const loaded = await loadRole(role, { ...context, args });
  if (!loaded.ok) {
    if (loaded.request !== undefined) {
      context.print(loaded.request === 'help' ? help() : versionLine());
      return { exitCode: 0 };
    }
    const [fault, ...more] = loaded.faults;
    context.printError(`unhealthy: ${String(fault)}${more.length === 0 ? '' : ` (and ${String(more.length)} more)`}`);
    return { exitCode: 1 };
  }
  const answer = await ask(loaded.config);
  if (answer.healthy) context.print(`healthy: ${answer.line}`);
  else context.printError(`unhealthy: ${answer.line}`);
  return { exitCode: answer.healthy ? 0 : 1 };
};

const roles = ['exporter', 'plugin', 'server', 'agent'] as const;
type Role = (typeof roles)[number];

function parseTarget(words: readonly string[]): { role: Role; args: readonly string[] } {
  const [first, ...rest] = words;
  const role = roles.find((one) => one === first);
  return role === undefined ? { role: 'exporter', args: words } : { role, args: rest };
}

/**
 * The arguments of process 1 where that is Tallyman, also behind an init: Docker runs a health check without the arguments
 * that `docker run IMAGE ARGUMENTS` gave. Nothing where it is another program.
 */
export function mainProcessArguments(file = '/proc/1/cmdline'): readonly string[] {
  try {
    const words = readFileSync(file, 'utf8').split('\0').slice(0, -1);
    const program = words.findIndex((word) => /(?:^|\/)tallyman(?:\.js)?$/.test(word));
    return program === -1 ? [] : words.slice(program + 1);
  } catch {
    return [];
  }
}

/** Of a role's configuration only some of the web server's keys matter here. */
type HealthConfig = Pick<
  Config<WebKeys>,
  | 'server.address'
  | 'server.port'
  | 'server.health_path'
  | 'server.tls.enabled'
  | 'server.web_config_file'
  | `server.auth.${'enabled' | 'exempt_health' | 'username' | 'password'}`
>;
type LoadedRole = { ok: true; config: HealthConfig } | Exclude<LoadResult<WebKeys>, { ok: true }>;

async function loadRole(role: Role, { args, env }: CommandContext): Promise<LoadedRole> {
  const sources = { argv: args, env };
  if (role === 'exporter') return loadExporterConfig(sources, exporterKeyOptions);
  if (role === 'agent') return (await import('../config/agent-config.ts')).loadAgentConfig(sources, exporterKeyOptions);
  if (role === 'server') {
    const loaded = (await import('../config/server-config.ts')).loadServerConfig(sources);
    return loaded.ok ? { ok: true, config: toHealthConfig(loaded.config) } : loaded;
  }
  const { loadPluginConfig } = await import('../config/plugin-config.ts');
  return loadPluginConfig(sources);
}

/** The server's health is open to everybody, at a path that nobody can change. */
function toHealthConfig(config: ServerConfig): HealthConfig {
  const { address, port } = parseListenPair(config['server.listen']) ?? { address: '127.0.0.1', port: 0 };
  return {
    'server.address': address,
    'server.port': port,
    'server.health_path': '/health',
    'server.tls.enabled': false,
    'server.web_config_file': config['server.web_config_file'],
    'server.auth.enabled': false,
    'server.auth.exempt_health': true,
    'server.auth.username': '',
    'server.auth.password': '',
  };
}

async function ask(config: HealthConfig): Promise<HealthAnswer> {
  const { 'server.address': address, 'server.port': port, 'server.health_path': path } = config;
  if (port === 0) return { healthy: false, line: 'server.port is 0: which port the system chose is not known here' };
  const needsUser = config['server.auth.enabled'] && !config['server.auth.exempt_health'];
  const at = {
    address,
    port,
    path,
    user: needsUser ? { name: config['server.auth.username'], password: config['server.auth.password'] } : undefined,
  };
  const webConfigFile = config['server.web_config_file'];
  if (webConfigFile === '') return await askHealth({ ...at, tls: config['server.tls.enabled'] });
  const { loadWebConfig } = await import('../http/load-web-config.ts');
  const web = loadWebConfig(webConfigFile);
  if (web.ok) {
    const needsCertificate = web.config.tls?.clientAuthType.startsWith('Require') === true;
    return await askHealth({
      ...at,
      tls: web.config.tls !== undefined,
      needsCertificate,
      hasHashedUsers: web.config.users.size > 0,
    });
  }
  // The process goes on with the last good file, which is not known here: whatever answers is alive.
  const secure = await askHealth({ ...at, tls: true, hasHashedUsers: true });
  return secure.healthy ? secure : await askHealth({ ...at, tls: false, hasHashedUsers: true });
}

function help(): string {
  return helpText(exporterKeys(exporterKeyOptions), {
    command: 'tallyman healthcheck',
    summary:
      'asks whether the exporter with the same flags, environment and file works; without any, that of this container',
    configEnv: 'EXPORTER_CONFIG',
  });
}
