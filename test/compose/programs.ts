import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { currentEngineRoot } from '../support/engine-versions.ts';

/** The folder with the testing suite's engine has these, too; they run with the machine's own C library. */
export const currentPrograms = {
  'docker-compose': join(currentEngineRoot(), 'usr/libexec/docker/cli-plugins/docker-compose'),
  prometheus: join(currentEngineRoot(), 'usr/bin/prometheus'),
  promtool: join(currentEngineRoot(), 'usr/bin/promtool'),
  alertmanager: join(currentEngineRoot(), 'usr/bin/prometheus-alertmanager'),
  amtool: join(currentEngineRoot(), 'usr/bin/amtool'),
} as const;

export type CurrentProgram = keyof typeof currentPrograms;

/** As `hasRequirements`: what is missing is told, and is an error with CI=true. */
export function hasCurrentPrograms(...programs: readonly CurrentProgram[]): boolean {
  return tellMissing(programs.map((program) => currentPrograms[program]).filter((path) => !existsSync(path)));
}

/** The same for programs of the machine itself. */
export function hasCommands(...commands: readonly string[]): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return tellMissing(commands.filter((command) => !folders.some((folder) => existsSync(join(folder, command)))));
}

function tellMissing(missing: readonly string[]): boolean {
  if (missing.length === 0) return true;
  const reason = `skipped, missing: ${missing.join(', ')} (scripts/install-test-tools.sh installs it when run by root)`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  process.stderr.write(`${reason}\n`);
  return false;
}
