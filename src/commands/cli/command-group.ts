import { errorText, TallymanError } from '../../base/errors.ts';
import { nearest } from '../../config/nearest.ts';
import { shownValue } from '../../config/raw-value.ts';
import type { Command, CommandContext, CommandResult, ExitCode } from '../command.ts';
import { createApiCaller } from './api-caller.ts';
import { groupHelp, subcommandHelp } from './group-help.ts';
import { usualParts, type GroupParts } from './group-parts.ts';
import { openLazily } from './lazy-carrier.ts';
import { formsOf, prepareCall, type PreparedCall } from './prepare-call.ts';
import { createProgress } from './progress.ts';
import { readArguments } from './read-arguments.ts';
import { readSecretLine } from './secret-input.ts';
import { shownJson, shownText } from './shown-text.ts';
import type { CliReply, CommandGroup, Subcommand } from './subcommand.ts';

/** A command with subcommands: reads the arguments, calls the one that is meant, and prints what comes of it. */
export function createCommandGroup(group: CommandGroup, parts: GroupParts = usualParts): Command {
  return async (context) => {
    const { words, isHelp } = readArguments(context.args, formsOf(group.subcommands));
    const [word] = words;
    const subcommand = group.subcommands.find(({ name }) => name === word);
    if (subcommand !== undefined) {
      const command = `tallyman ${group.name} ${subcommand.name}`;
      return await callSubcommand({ command, subcommand, context, parts, nameWords: 1 });
    }
    if (word === undefined && isHelp) {
      context.print(groupHelp(group));
      return { exitCode: 0 };
    }
    const command = `tallyman ${group.name}`;
    const fault = unknownSubcommand(word, group);
    return wrongUse(context, command, [fault]);
  };
}

/** A command that is not divided into others, such as `tallyman scan`. */
export function createSingleCommand(subcommand: Subcommand, parts: GroupParts = usualParts): Command {
  const command = `tallyman ${subcommand.name}`;
  return async (context) => await callSubcommand({ command, subcommand, context, parts, nameWords: 0 });
}

interface Called {
  /** `tallyman host add` */
  command: string;
  subcommand: Subcommand;
  context: CommandContext;
  parts: GroupParts;
  /** How many of the words are the subcommand's name. */
  nameWords: 0 | 1;
}

async function callSubcommand({ command, subcommand, context, parts, nameWords }: Called): Promise<CommandResult> {
  const given = readArguments(context.args, formsOf([subcommand]));
  if (given.isHelp) {
    context.print(subcommandHelp(command, subcommand));
    return { exitCode: 0 };
  }
  const { env } = context;
  const own = { ...given, words: given.words.slice(nameWords) };
  const prepared = prepareCall(subcommand, own, { env, defaultData: parts.defaultData });
  if ('faults' in prepared) return wrongUse(context, command, prepared.faults);
  return { exitCode: await run(subcommand, prepared, context, parts) };
}

function unknownSubcommand(word: string | undefined, { subcommands }: CommandGroup): string {
  const names = subcommands.map(({ name }) => name);
  if (word === undefined) return `say what to do: ${names.join(', ')}`;
  const meant = nearest(word, names);
  const hint = meant === undefined ? `use one of ${names.join(', ')}` : `did you mean ${meant}?`;
  return `${shownValue(word)} is not a command: ${hint}`;
}

function wrongUse(context: CommandContext, command: string, faults: readonly string[]): CommandResult {
  for (const fault of faults) context.printError(`${command}: ${shownText(fault)}`);
  context.printError(`See ${command} --help`);
  return { exitCode: 2 };
}

async function run(
  subcommand: Subcommand,
  { wantsJson, ...call }: PreparedCall,
  context: CommandContext,
  parts: GroupParts,
): Promise<ExitCode> {
  const api = createApiCaller(openLazily(call.way, parts));
  const progress = createProgress(parts.terminal());
  try {
    const reply = await subcommand.run({
      ...call,
      api,
      createLog: parts.createLog,
      print: (line) => context.print(line),
      showProgress: (text) => progress.show(text),
      openInput: () => parts.stdin(),
      readSecret: async () => await readSecret(context, parts),
    });
    progress.clear();
    printReply(reply, wantsJson, context);
    return reply.exitCode ?? 0;
  } catch (error) {
    progress.clear();
    const code = error instanceof TallymanError ? ` (${error.code})` : '';
    context.printError(`tallyman: ${shownText(errorText(error) + code)}`);
    return 1;
  } finally {
    // What was done is done, whether or not the connection ends in good order.
    await api.close().catch(() => undefined);
  }
}

function printReply(reply: CliReply, wantsJson: boolean, context: CommandContext): void {
  const { json, lines, notes = [], faults = [] } = reply;
  if (wantsJson && json !== undefined) context.print(shownJson(json));
  else {
    for (const line of lines) context.print(line);
    for (const note of notes) context.printError(shownText(note));
  }
  for (const fault of faults) context.printError(`tallyman: ${shownText(fault)}`);
}

async function readSecret(context: CommandContext, parts: GroupParts): Promise<string> {
  const input = parts.stdin();
  if ('isTTY' in input && input.isTTY === true)
    context.printError('The password, then Enter (it is shown as you type):');
  try {
    return await readSecretLine(input);
  } finally {
    input.destroy();
  }
}
