import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onExit } from '../support/exit-hooks.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

export const programFile = join(import.meta.dirname, '../../bin/tallyman');
export const projectFolder = join(import.meta.dirname, '../..');

export interface ProgramOptions {
  args?: readonly string[];
  /** The whole environment beside PATH and HOME: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** The text of a configuration file that `--config` names. */
  config?: string;
  cwd?: string;
  /** What is started; bin/tallyman by its absolute path when left out. */
  command?: string;
}

export interface ProgramEnd {
  /** null after a signal. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The program with its two outputs apart, and without flags of the test's own. */
export interface ProgramRun extends AsyncDisposable {
  readonly pid: number;
  /** The path of the file that `config` became. */
  readonly configFile: string;
  readonly ended: Promise<ProgramEnd>;
  isRunning(): boolean;
  stdout(): string;
  stderr(): string;
  /** Closes the reading ends of its outputs, as a reader that goes away does. */
  closeOutputs(): void;
  kill(signal: NodeJS.Signals): void;
}

export function startProgram(options: ProgramOptions = {}): ProgramRun {
  const folder = createTempFolder();
  const configFile = join(folder.path, 'config.yaml');
  if (options.config !== undefined) writeFileSync(configFile, options.config);
  const args = [...(options.args ?? []), ...(options.config === undefined ? [] : ['--config', configFile])];
  const child = spawn(options.command ?? programFile, args, {
    cwd: options.cwd ?? folder.path,
    env: { PATH: process.env['PATH'], HOME: folder.path, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const forget = onExit(() => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      forget();
      resolve({ code, signal, stdout, stderr });
    });
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? -1,
    configFile,
    ended,
    isRunning,
    stdout: () => stdout,
    stderr: () => stderr,
    closeOutputs() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (isRunning()) child.kill('SIGKILL');
      await ended.catch(() => undefined);
      folder.remove();
    },
  };
}

/** Runs the program to its end; one that does not end within 20 seconds is killed, and its code is null. */
export async function runProgram(options: ProgramOptions = {}): Promise<ProgramEnd & { configFile: string }> {
  await using run = startProgram(options);
  const killer = setTimeout(() => run.kill('SIGKILL'), 20_000);
  const end = await run.ended;
  clearTimeout(killer);
  return { ...end, configFile: run.configFile };
}

/** Waits for the log line about listening, in either format and output, and gives the port. */
export async function listeningPort(run: ProgramRun): Promise<number> {
  return waitFor('the program to say that it listens', () => {
    const output = run.stdout() + run.stderr();
    if (!run.isRunning()) throw new Error(`it ended:\n${output}`);
    const line = output.split('\n').find((text) => text.includes('the exporter listens'));
    const port = /\bport"?[:=](\d+)/.exec(line ?? '')?.[1];
    return port === undefined ? undefined : Number(port);
  });
}
