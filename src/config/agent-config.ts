import { agentKeys, type AgentKeys } from './agent-keys.ts';
import { exporterOptions } from './exporter-config.ts';
import type { ExporterKeyOptions } from './exporter-keys.ts';
import type { Config } from './key.ts';
import { loadConfig, type LoadOptions, type LoadResult, type Sources } from './load.ts';
import { defineCheck, type Check } from './settings.ts';

export type AgentConfig = Config<AgentKeys>;

export const agentConfigEnv = 'TALLYMAN_AGENT_CONFIG';

/**
 * Loads the configuration of `tallyman agent`: the exporter's keys with their rules, and those of joining. Whether a
 * token is needed depends on the data folder, and is found out when that is opened.
 */
export function loadAgentConfig(sources: Sources, options: ExporterKeyOptions): LoadResult<AgentKeys> {
  return loadConfig(agentKeys(options), sources, agentOptions);
}

const checks: readonly Check<AgentKeys>[] = [
  defineCheck(['agent.data'], (settings) => {
    if (settings.config['agent.data'] !== '') return [];
    return [`${settings.subject('agent.data')} leaves the agent no place for its key: name a folder`];
  }),
];

const { sections, derive, checks: exporterChecks = [] } = exporterOptions;

const agentOptions: LoadOptions<AgentKeys> = {
  configEnv: agentConfigEnv,
  ...(sections === undefined ? {} : { sections }),
  ...(derive === undefined ? {} : { derive }),
  checks: [...exporterChecks, ...checks],
};
