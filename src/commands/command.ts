/** What a command leaves running; `stop` ends it within ten seconds. */
export interface Running {
  stop(): Promise<void>;
  /** Resolves when it has come to an end by itself, with the exit code; it is still to be stopped. */
  ended?: Promise<1>;
}

/** 0 done, 1 failed or refused, 2 wrong use or configuration, 3 what was asked about violates a policy (--fail-on). */
export type ExitCode = 0 | 1 | 2 | 3;

/** How a command ended, or what it left running. */
export type CommandResult = { exitCode: ExitCode } | Running;

export interface CommandContext {
  /** The arguments after the command's name. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  printError(line: string): void;
}

/** What `tallyman` can be told to do, the usual first. */
export const commandNames = [
  ...(['exporter', 'plugin', 'healthcheck', 'config'] as const),
  ...(['server', 'agent', 'host', 'token', 'role', 'user', 'audit'] as const),
  ...(['org', 'report', 'env', 'image', 'policy', 'scan'] as const),
] as const;
export type CommandName = (typeof commandNames)[number];

export type Command = (context: CommandContext) => Promise<CommandResult>;
