import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { startBackground } from '../test/support/background-process.ts';
import { findFreePort } from '../test/support/free-port.ts';
import { waitFor } from '../test/support/wait-for.ts';

export interface ExporterOptions {
  socketPath: string;
  /** Settings beside the engine's address. */
  env?: Readonly<Record<string, string>>;
  /** Another command that runs the program, for example in a cgroup. */
  prefix?: readonly string[];
}

export interface ScrapeResult {
  wallMs: number;
  body: Buffer;
}

export interface ExporterProcess extends AsyncDisposable {
  readonly pid: number;
  isRunning(): boolean;
  output(): string;
  /** GET `path` over a connection that stays open, as Prometheus does; throws when the status is not 200. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ScrapeResult>;
}

const program = join(import.meta.dirname, '../bin/tallyman');

/** Starts bin/tallyman for one engine and returns at once: `get` fails until it listens. */
export async function spawnExporter(options: ExporterOptions): Promise<ExporterProcess> {
  const port = await findFreePort();
  const [command = '', ...args] = [
    ...(options.prefix ?? []),
    program,
    ...['--server.address', '127.0.0.1', '--server.port', String(port)],
    ...['--docker.host', `unix://${options.socketPath}`],
  ];
  const child = startBackground(command, args, {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...options.env },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    pid: child.pid,
    isRunning: () => child.isRunning(),
    output: () => child.output(),
    get: (path, headers = {}) => fetchTimed(agent, `http://127.0.0.1:${String(port)}${path}`, headers),
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await child.stop();
    },
  };
}

/** Starts bin/tallyman, waits until it answers, and scrapes it until its code and its connections are warm. */
export async function startExporter(options: ExporterOptions, warmUpScrapes = 5): Promise<ExporterProcess> {
  const exporter = await spawnExporter(options);
  try {
    await waitFor('the exporter to answer', () => !exporter.isRunning() || answers(exporter), { everyMs: 20 });
    if (!exporter.isRunning()) throw new Error(`the exporter ended: ${exporter.output().trim()}`);
    for (let i = 0; i < warmUpScrapes; i += 1) await exporter.get('/metrics');
    return exporter;
  } catch (error) {
    await exporter[Symbol.asyncDispose]();
    throw error;
  }
}

async function answers(exporter: ExporterProcess): Promise<boolean> {
  await exporter.get('/health');
  return true;
}

function fetchTimed(agent: Agent, url: string, headers: IncomingHttpHeaders): Promise<ScrapeResult> {
  const from = performance.now();
  return new Promise((resolve, reject) => {
    const call = get(url, { agent, headers, timeout: 60_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ wallMs: performance.now() - from, body: Buffer.concat(chunks) });
        else reject(new Error(`GET ${url}: ${String(answer.statusCode)}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`GET ${url}: no answer in a minute`))).on('error', reject);
  });
}
