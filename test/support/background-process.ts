import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onExit } from './exit-hooks.ts';

export interface BackgroundProcess {
  readonly pid: number;
  /** Everything it wrote so far, standard output and error together. */
  output(): string;
  isRunning(): boolean;
  /** SIGTERM, and SIGKILL when that does not help within ten seconds. Gives the exit code, -1 after a signal. May be called twice. */
  stop(): Promise<number>;
}

export interface BackgroundOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** Starts a program that runs until it is stopped, at the latest with the test process. */
export function startBackground(
  command: string,
  args: readonly string[],
  options: BackgroundOptions = {},
): BackgroundProcess {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.on('error', (error) => (output += String(error)));
  const forget = onExit(() => child.kill('SIGKILL'));
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? -1,
    output: () => output,
    isRunning,
    async stop() {
      forget();
      if (isRunning()) {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await closed;
        clearTimeout(killer);
      }
      return child.exitCode ?? -1;
    },
  };
}
