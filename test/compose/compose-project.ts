import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type CommandOutput } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { currentPrograms } from './programs.ts';

/** What `docker compose config` makes of a file; the keys that tests look at. */
export interface ComposeService {
  image: string;
  pull_policy?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
  group_add?: string[];
  mem_limit?: string;
  pids_limit?: number;
  healthcheck?: { test: string[] };
  environment?: Record<string, string>;
  networks?: Record<string, unknown>;
  ports?: { host_ip?: string; target: number; published: string }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
}

export interface ComposeConfig {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean }>;
}

export interface ComposeProject {
  /** Runs the compose plugin with the project's files; throws when it fails. */
  run(...args: readonly string[]): Promise<CommandOutput>;
  /** As `run`, for what may fail. */
  attempt(...args: readonly string[]): Promise<CommandOutput>;
  config(): Promise<ComposeConfig>;
  /** Starts services, or all, and returns when they are healthy; throws with their logs when they do not become so. */
  up(...services: readonly string[]): Promise<void>;
  remove(): void;
}

/** What .env has to have. */
export const neededSettings = { DOCKER_GID: '4242', GRAFANA_ADMIN_PASSWORD: 'secret' } as const;

/** A copy of deploy/, in a folder that an engine with another root sees too, with settings instead of an .env file. */
export function createComposeProject(
  files: readonly string[],
  settings: Readonly<Record<string, string>> = neededSettings,
): ComposeProject {
  const folder = createTempFolder();
  cpSync(join(import.meta.dirname, '../../deploy'), join(folder.path, 'deploy'), { recursive: true });
  const cwd = join(folder.path, 'deploy/compose');
  const env = { PATH: process.env['PATH'], HOME: folder.path, DOCKER_CONFIG: folder.path, ...settings };
  const words = (args: readonly string[]): string[] => [...files.flatMap((file) => ['-f', file]), ...args];
  const run: ComposeProject['run'] = (...args) =>
    runCommand(currentPrograms['docker-compose'], words(args), { cwd, env });
  return {
    run,
    attempt: (...args) =>
      runCommand(currentPrograms['docker-compose'], words(args), { cwd, env, accept: [0, 1, 14, 15, 16] }),
    async config() {
      return JSON.parse((await run('config', '--format', 'json')).stdout) as ComposeConfig;
    },
    async up(...services) {
      try {
        await run('up', '--detach', '--wait', '--wait-timeout', '120', ...services);
      } catch (error) {
        const { stdout } = await run('logs', '--tail', '5');
        throw new Error(`docker compose up fails:\n${stdout}`, { cause: error });
      }
    },
    remove: () => folder.remove(),
  };
}
