import { spawn } from 'node:child_process';

export interface ProcessOptions {
  environment: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface ScannerProcess {
  output: AsyncIterable<Uint8Array>;
  /** Never rejects. */
  ended: Promise<ProcessEnd>;
  /** Ends it, with whatever it has started, if it has not said all it has to say. */
  refuse(): void;
}

export interface ProcessEnd {
  /** undefined: it did what it was to do. */
  failure: string | undefined;
  /** There is no such program. */
  isMissing: boolean;
}

/** The server's own settings, some of them secret, are nothing for a scanner. */
const ownVariables = /^(?:TALLYMAN|DOCKMESH|EXPORTER)_/;
const keptOfErrors = 2000;
/** Why a scanner was ended whose report cannot be read. */
export const refusedReport = 'its report is refused';

/** Starts a scanner. The only place of the server that starts processes. */
export function startScanner(
  command: string,
  args: readonly string[],
  { environment, timeoutMs, signal }: ProcessOptions,
): ScannerProcess {
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !ownVariables.test(name)));
  // A group of its own: what the scanner has started ends with it.
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  let why: string | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-keptOfErrors)));

  const kill = (reason: string): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    why ??= reason;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  };
  const timer = setTimeout(() => kill(`it took longer than ${String(timeoutMs / 1000)} s`), timeoutMs);
  const abort = (): void => kill('the server stops');
  signal.addEventListener('abort', abort, { once: true });

  const ended = new Promise<ProcessEnd>((resolve) => {
    const end = (failure: string | undefined, isMissing = false): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve({ failure, isMissing });
    };
    child.on('error', (error: NodeJS.ErrnoException) => end(error.message, error.code === 'ENOENT'));
    child.on('close', (code, signalled) => {
      if (code === 0) return end(undefined);
      const said = errors.trim().split('\n').at(-1) ?? '';
      end(why ?? `it ended with ${code === null ? String(signalled) : String(code)}${said === '' ? '' : `: ${said}`}`);
    });
  });
  if (signal.aborted) abort();
  return {
    output: child.stdout as AsyncIterable<Buffer>,
    ended,
    refuse() {
      if (!child.stdout.readableEnded) kill(refusedReport);
    },
  };
}
