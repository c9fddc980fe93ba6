/** What a command leaves running; `stop` ends it within ten seconds. */
export interface Running {
  stop(): Promise<void>;
}

/** How a command ended, or what it left running. Exit codes: 0 done, 1 failed, 2 wrong use or configuration. */
export type CommandResult = { exitCode: 0 | 1 | 2 } | Running;

export interface CommandContext {
  /** The arguments after the command's name. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  printError(line: string): void;
}

export type Command = (context: CommandContext) => Promise<CommandResult>;
