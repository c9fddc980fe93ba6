import type { Readable } from 'node:stream';
import type { Log } from '../../base/log.ts';
import type { ExitCode } from '../command.ts';
import type { ApiCaller } from './api-caller.ts';
import type { FlagTable, FlagValues } from './flags.ts';
import type { Way } from './way.ts';
import type { WordKind } from './words.ts';

/** What a subcommand is given: everything read and checked. */
export interface CliCall<T> {
  /** The first word it takes; empty where it takes none. */
  subject: string;
  /** The words after that. */
  further: readonly string[];
  flags: FlagValues<T>;
  /** Opened by the first call. */
  api: ApiCaller;
  way: Way;
  /** For what goes wrong in this process while it works on a state. */
  readonly createLog: () => Log;
  /** The only line of standard input. */
  readonly readSecret: () => Promise<string>;
  /** All of standard input, as bytes. */
  readonly openInput: () => Readable;
  /** For what is printed bit by bit; the rest is in the reply. */
  readonly print: (line: string) => void;
  /** Shown in the place of what was shown before, until there is something else to say; only to people at a terminal. */
  readonly showProgress: (text: string) => void;
}

/** What is printed in the end. */
export interface CliReply {
  /** With --json, on standard output; left out where that is not for this command. */
  json?: unknown;
  /** Without it, on standard output. */
  lines: readonly string[];
  /** Without --json, on standard error: what people want to know beside it. */
  notes?: readonly string[];
  /** With and without --json, on standard error: why the exit code is not 0. */
  faults?: readonly string[];
  /** 0 when left out. */
  exitCode?: Exclude<ExitCode, 2>;
}

export interface Subcommand<T extends FlagTable = FlagTable> {
  name: string;
  summary: string;
  /** The first word it takes, or the only one. */
  subject?: WordKind;
  /** Words after that, or instead of it: any number of them, or one at least. */
  further?: { word: WordKind; isRequired?: true };
  flags: T;
  /** Said in --help in the place of the required flags, where they depend on each other. */
  flagUsage?: string;
  /** What is wrong with what was given as a whole, beside the faults of single flags and words. */
  check?(given: { flags: FlagValues<T>; subject: string; further: readonly string[] }): readonly string[];
  /** It works on the state alone, and not through the API. */
  isStateOnly?: true;
  /** Said in --help after the flags. */
  remarks?: readonly string[];
  run(call: CliCall<T>): Promise<CliReply>;
}

/** Declares a subcommand with the types of its flags. */
export function defineSubcommand<T extends FlagTable>(subcommand: Subcommand<T>): Subcommand {
  return subcommand;
}

/** `tallyman host` and the like. */
export interface CommandGroup {
  name: string;
  summary: string;
  subcommands: readonly Subcommand[];
}
