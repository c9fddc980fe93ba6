import type { LoadResult } from '../config/load.ts';
import type { CommandContext } from './command.ts';
import { versionLine } from './version-line.ts';

/** Answers `--help` and `--version`, or tells what is wrong with the configuration, each fault on a line. */
export function answerUnloaded(
  loaded: Exclude<LoadResult<never>, { ok: true }>,
  context: CommandContext,
  help: () => string,
): { exitCode: 0 | 2 } {
  if (loaded.request === 'help') context.print(help());
  if (loaded.request === 'version') context.print(versionLine());
  for (const fault of loaded.faults ?? []) context.printError(fault);
  return { exitCode: loaded.request === undefined ? 2 : 0 };
}
