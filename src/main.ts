import { errorText } from './base/errors.ts';
import { commandNames, type Command, type CommandName, type CommandResult } from './commands/command.ts';
import { environment } from './config/environment.ts';
import { nearest } from './config/nearest.ts';

/** Commands load what they need when they are called: starting one does not pay for the others. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  exporter: async () => (await import('./commands/exporter.ts')).exporter,
  plugin: async () => (await import('./commands/plugin.ts')).plugin,
  server: async () => (await import('./commands/server.ts')).server,
  agent: async () => (await import('./commands/agent.ts')).agent,
  host: async () => (await import('./commands/host.ts')).host,
  token: async () => (await import('./commands/token.ts')).token,
  role: async () => (await import('./commands/role.ts')).role,
  user: async () => (await import('./commands/user.ts')).user,
  audit: async () => (await import('./commands/audit.ts')).audit,
  org: async () => (await import('./commands/org.ts')).org,
  report: async () => (await import('./commands/report.ts')).report,
  env: async () => (await import('./commands/env.ts')).env,
  image: async () => (await import('./commands/image.ts')).image,
  policy: async () => (await import('./commands/policy.ts')).policy,
  scan: async () => (await import('./commands/scan.ts')).scan,
  healthcheck: async () => (await import('./commands/healthcheck.ts')).healthcheck,
  config: async () => (await import('./commands/config.ts')).config,
};

/** How long a second signal, or a stop that hangs, may be waited for. */
const stopDeadlineMs = 10_000;

async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  const isNamed = first !== undefined && !first.startsWith('-');
  // `tallyman server backup FILE`, but `tallyman server --listen ...`
  const isServerWord = first === 'server' && rest[0] !== undefined && !rest[0].startsWith('-');
  const load = isServerWord
    ? async () => (await import('./commands/server-backup.ts')).serverBackup
    : commandOf(isNamed ? first : 'exporter');
  if (load === undefined) {
    const meant = nearest(first ?? '', commandNames);
    const hint = meant === undefined ? `use one of ${commandNames.join(', ')}` : `did you mean ${meant}?`;
    printError(`tallyman: no command ${JSON.stringify(first)}: ${hint}`);
    process.exitCode = 2;
    return;
  }
  const command = await load();
  finish(await command({ args: isNamed ? rest : argv, env: environment(), print, printError }));
}

function commandOf(name: string): (() => Promise<Command>) | undefined {
  const known = commandNames.find((candidate) => candidate === name);
  return known && commands[known];
}

function finish(result: CommandResult): void {
  if ('exitCode' in result) {
    process.exitCode = result.exitCode;
    return;
  }
  let isStopping = false;
  const end = (exitCode: 0 | 1): void => {
    isStopping = true;
    setTimeout(() => process.exit(1), stopDeadlineMs).unref();
    result.stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        printError(`tallyman: ${errorText(error)}`);
        process.exit(1);
      },
    );
  };
  const stop = (): void => {
    // Whoever asks twice means now.
    if (isStopping) process.exit(1);
    end(0);
  };
  const followEnd = async (): Promise<void> => {
    const exitCode = await result.ended;
    if (exitCode !== undefined && !isStopping) end(exitCode);
  };
  void followEnd();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Who stops reading, as in `tallyman --help | head`, has what he wanted; a closed pipe never ends the program.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

main(process.argv.slice(2)).catch((error: unknown) => {
  printError(`tallyman: ${errorText(error)}`);
  process.exitCode = 1;
});
