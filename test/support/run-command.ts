import { spawn } from 'node:child_process';

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to the command's standard input. */
  input?: string | Buffer;
  /** Exit codes that are no error; 0 alone by default. */
  accept?: readonly number[];
}

export interface CommandOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Throws with its output when the exit code is none of the accepted ones. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const child = spawn(command, args, { env: options.env, cwd: options.cwd, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // a program that does not read its input to the end closes the pipe: its exit code tells more than that
  child.stdin.on('error', () => undefined).end(options.input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve(exitCode ?? -1));
  });
  if (!(options.accept ?? [0]).includes(code)) {
    throw new Error(`${command} ${args.join(' ')}: exit code ${String(code)}\n${stderr}${stdout}`);
  }
  return { code, stdout, stderr };
}
