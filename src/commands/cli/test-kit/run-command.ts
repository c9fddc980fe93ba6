import { Readable } from 'node:stream';
import { silentLog } from '../../../base/log.ts';
import type { Command } from '../../command.ts';
import { createCommandGroup } from '../command-group.ts';
import type { GroupParts } from '../group-parts.ts';
import type { CommandGroup } from '../subcommand.ts';

export interface Ended {
  exitCode: number | undefined;
  stdout: readonly string[];
  stderr: readonly string[];
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  stdin?: string | Buffer;
}

/** Runs a command in this process, as main does. */
export async function runCommand(command: Command, args: readonly string[], env = {}): Promise<Ended> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const result = await command({
    args,
    env,
    print: (line) => void stdout.push(line),
    printError: (line) => void stderr.push(line),
  });
  return { exitCode: 'exitCode' in result ? result.exitCode : undefined, stdout, stderr };
}

/** Runs a group's command: `run('add', 'web-1', ...)`, with standard input and no state anywhere by default. */
export function groupRunner(group: CommandGroup, parts: Partial<GroupParts> = {}) {
  return async (args: readonly string[], { env = {}, stdin = '' }: RunOptions = {}): Promise<Ended> => {
    const command = createCommandGroup(group, {
      openLocalApi: () => Promise.reject(new Error('no state in this test')),
      createLog: silentLog,
      stdin: () => Readable.from([Buffer.from(stdin)]),
      terminal: () => undefined,
      defaultData: '/nowhere/tallyman',
      ...parts,
    });
    return await runCommand(command, args, env);
  };
}
