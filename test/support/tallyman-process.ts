import { createConnection } from 'node:net';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground } from './background-process.ts';
import type { ExpositionFormat, Exposition } from './exposition.ts';
import { parseExposition } from './exposition-parser.ts';
import { findFreePort } from './free-port.ts';
import { httpGet, type HttpAnswer, type HttpGetOptions } from './http-get.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

export interface TallymanOptions {
  /** Command line arguments after the port's and the address'. */
  args?: readonly string[];
  /** The whole environment beside PATH and HOME: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** The configuration file's text, in YAML. */
  config?: string;
  /** How the test speaks with the program: `ca` makes it HTTPS. */
  client?: Pick<HttpGetOptions, 'ca' | 'headers'>;
}

export interface Scrape extends HttpAnswer {
  exposition: Exposition;
}

export type LogLine = Record<string, unknown> & { level: string; msg: string };

export interface TallymanProcess extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** GET /metrics, parsed strictly; throws when the status is not 200. */
  scrape(headers?: Record<string, string>): Promise<Scrape>;
  get(path: string, options?: HttpGetOptions): Promise<HttpAnswer>;
  /** The JSON lines of its log. */
  logs(): LogLine[];
  /** Gives the exit code. */
  stop(): Promise<number>;
}

const program = join(import.meta.dirname, '../../bin/tallyman');

/** Starts the built program on a free port of 127.0.0.1 and returns when it listens. */
export async function startTallyman(options: TallymanOptions = {}): Promise<TallymanProcess> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`make build\` first`);
  const folder = createTempFolder();
  const port = await findFreePort();
  const config = join(folder.path, 'config.yaml');
  if (options.config !== undefined) writeFileSync(config, options.config);
  const child = startBackground(
    program,
    [
      ...(options.config === undefined ? [] : ['--config', config]),
      ...['--server.address', '127.0.0.1', '--server.port', String(port)],
      ...(options.args ?? []),
    ],
    { cwd: folder.path, env: { PATH: process.env['PATH'], HOME: folder.path, ...options.env } },
  );
  const stop = async (): Promise<number> => {
    const code = await child.stop();
    folder.remove();
    return code;
  };
  try {
    await waitFor('tallyman to listen', () => !child.isRunning() || isListening(port), { everyMs: 20 });
    if (!child.isRunning()) throw new Error('it ended');
  } catch (error) {
    await stop();
    throw new Error(`tallyman does not start:\n${child.output()}`, { cause: error });
  }

  const url = `${options.client?.ca === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`;
  const get = (path: string, { headers, ...more }: HttpGetOptions = {}): Promise<HttpAnswer> =>
    httpGet(url + path, { ca: options.client?.ca, headers: { ...options.client?.headers, ...headers }, ...more });
  return {
    url,
    port,
    pid: child.pid,
    get,
    async scrape(headers = {}) {
      const answer = await get('/metrics', { headers });
      if (answer.status !== 200) throw new Error(`GET /metrics: ${String(answer.status)}\n${answer.text}`);
      return { ...answer, exposition: parseExposition(answer.text, formatOf(answer)) };
    },
    logs: () => child.output().split('\n').flatMap(toLogLine),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function formatOf(answer: HttpAnswer): ExpositionFormat {
  return answer.headers['content-type']?.startsWith('application/openmetrics-text') === true
    ? 'openmetrics'
    : 'prometheus';
}

function toLogLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
