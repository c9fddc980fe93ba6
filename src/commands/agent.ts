import { createAgentCollector } from '../agent/agent-metrics.ts';
import { createAgent, type Agent, type AgentOptions } from '../agent/create-agent.ts';
import { planStart } from '../agent/start-plan.ts';
import { openStateFolder, type StateFolder } from '../agent/state/state-folder.ts';
import { buildInfo } from '../base/build-info.ts';
import { systemClock } from '../base/clock.ts';
import { TallymanError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { agentConfigEnv, loadAgentConfig, type AgentConfig } from '../config/agent-config.ts';
import { agentKeys } from '../config/agent-keys.ts';
import { helpText } from '../config/help.ts';
import { createExporter } from '../exporter/create-exporter.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { answerUnloaded } from './unloaded.ts';
import { createConfiguredLog } from './configured-log.ts';
import { createConfiguredServer } from './configured-server.ts';
import { toExporterOptions } from './exporter.ts';
import { exporterKeyOptions, webConfigFaults } from './exporter-config-input.ts';

/** How long requests that are under way, and goodbyes, may take to end. */
const stopDeadlineMs = 4000;

export const agent: Command = async (context) => {
  const loaded = loadAgentConfig({ argv: context.args, env: context.env }, exporterKeyOptions);
  if (!loaded.ok) return answerUnloaded(loaded, context, help);
  const faults = await webConfigFaults(loaded.config['server.web_config_file']);
  for (const fault of faults) context.printError(fault);
  if (faults.length > 0) return { exitCode: 2 };
  const { config } = loaded;
  const log = createConfiguredLog(config);
  let state: StateFolder | undefined;
  try {
    state = openStateFolder(config['agent.data']);
    const start = planStart(state, givenLine(config), systemClock.now(), log);
    return await run(context, { config, state, start, log });
  } catch (error) {
    state?.close();
    if (!(error instanceof TallymanError)) throw error;
    context.printError(`tallyman agent: ${error.message}`);
    return { exitCode: error.code === 'AGENT_NOT_JOINED' ? 2 : 1 };
  }
};

interface Parts {
  config: AgentConfig;
  state: StateFolder;
  start: AgentOptions['start'];
  log: Log;
}

async function run(context: CommandContext, { config, state, start, log }: Parts): Promise<CommandResult> {
  let running: Agent | undefined;
  const idle = (): never => {
    throw new Error('the agent has not started');
  };
  const collector = createAgentCollector(() => running?.figures() ?? idle());
  const exporter = createExporter({
    ...toExporterOptions(config),
    moreCollectors: [collector],
    clock: systemClock,
    log,
  });
  const server = createConfiguredServer(config, exporter.routes, log);
  const { address, port, tls } = await server.start();
  log.info({ address, port, tls, version: buildInfo.version }, 'the exporter of the agent listens');
  const path = config['server.metrics_path'];
  const started = createAgent({ engine: exporter.engine, start, state, exporter: { address, port, tls, path }, log });
  running = started;
  exporter.start();
  started.start();
  return {
    ended: started.ended.then((error) => {
      context.printError(`tallyman agent: ${error.message}`);
      return 1;
    }),
    async stop() {
      log.info('the agent stops');
      await Promise.all([server.stop(stopDeadlineMs), started.stop(stopDeadlineMs)]);
      exporter.stop();
    },
  };
}

function givenLine(config: AgentConfig): { servers: readonly string[]; token: string; fingerprint: string } {
  return {
    servers: config['agent.server'],
    token: config['agent.token'],
    fingerprint: config['agent.ca_fingerprint'],
  };
}

function help(): string {
  return helpText(agentKeys(exporterKeyOptions), {
    command: 'tallyman agent',
    summary: "serves the metrics of one Docker Engine, and sends them to a fleet's server",
    configEnv: agentConfigEnv,
    settings: 'docs/config.md and docs/server-config.md',
  });
}
