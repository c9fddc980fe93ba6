import { runCommand, type CommandOutput } from '../support/run-command.ts';
import { waitFor } from '../support/wait-for.ts';
import { programFile, startProgram, type ProgramRun } from './program-run.ts';

export interface CliOptions {
  env?: Readonly<Record<string, string>>;
  input?: string;
}

/** Runs `tallyman` with these words to its end, with nothing of the test's environment but PATH. */
export async function cli(words: string, { env = {}, input = '' }: CliOptions = {}): Promise<CommandOutput> {
  return await runCommand(programFile, words.split(' '), {
    env: { PATH: process.env['PATH'], ...env },
    input,
    accept: [0, 1, 2, 3],
  });
}

/** Its standard output; anything but exit code 0 fails the test. */
export async function done(words: string, options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await cli(words, options);
  if (code !== 0) throw new Error(`tallyman ${words}: exit code ${String(code)}\n${stderr}`);
  return stdout;
}

export interface ServerRun extends AsyncDisposable {
  url: string;
  run: ProgramRun;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** A server on free ports, with its state in this folder. */
export async function startServer(data: string, env: Readonly<Record<string, string>> = {}): Promise<ServerRun> {
  const listen = ['--listen', '127.0.0.1:0', '--agent-listen', '127.0.0.1:0'];
  const run = startProgram({ args: ['server', ...listen, '--data', data], env });
  const port = await waitFor('the server to listen', () => {
    if (!run.isRunning()) throw new Error(`it ended:\n${run.stdout()}${run.stderr()}`);
    const line = run
      .stdout()
      .split('\n')
      .find((text) => text.includes('the server listens'));
    return line === undefined ? undefined : (JSON.parse(line) as { http: { port: number } }).http.port;
  });
  return {
    url: `http://127.0.0.1:${String(port)}`,
    run,
    async stop() {
      run.kill('SIGTERM');
      await run.ended;
    },
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}
