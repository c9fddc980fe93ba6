import { pino, type Logger } from 'pino';
import { textLine } from './log-text.ts';

export type Log = Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  level: LogLevel;
  format: 'json' | 'text';
  /** `by-level`: errors to standard error, the rest to standard output. */
  output: 'stdout' | 'stderr' | 'by-level';
}

/** Keys whose values never reach a log line, at the top level or one level down. */
const secretKeys = ['password', 'authorization', 'token', 'key', 'secret'];

/**
 * Creates the program's log: one line per entry, written synchronously so that the last line before an exit is not lost.
 * JSON lines carry `level` (a word), `time` (RFC 3339, UTC), `msg` and the entry's own fields; text lines carry the same.
 */
export function createLog(options: LogOptions): Log {
  const usual = options.output === 'stderr' ? process.stderr : process.stdout;
  const forErrors = options.output === 'stdout' ? process.stdout : process.stderr;
  const write = (line: string): void => {
    const stream = line.startsWith(errorStart) ? forErrors : usual;
    stream.write(options.format === 'text' ? textLine(line) : line);
  };
  // A closed pipe (EPIPE) must not end an exporter: log lines are then lost, scrapes are not.
  for (const stream of new Set([usual, forErrors])) stream.on('error', () => undefined);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    { write },
  );
}

/** How an error's line begins: pino puts the level first. */
const errorStart = '{"level":"error"';

/** A log that writes nothing: for tests and for code that needs a log before one is configured. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}
