import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground, type BackgroundProcess } from './background-process.ts';
import type { Exposition } from './exposition.ts';
import { parseExposition } from './exposition-parser.ts';
import { findFreePort } from './free-port.ts';
import { httpGet } from './http-get.ts';
import { runCommand, type CommandOutput } from './run-command.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

const program = join(import.meta.dirname, '../../bin/tallyman');

export interface FleetServerOptions {
  /** PostgreSQL's URL; SQLite in the data folder when left out. */
  database?: string;
  env?: Readonly<Record<string, string>>;
  args?: readonly string[];
}

export interface FleetServerProcess {
  readonly url: string;
  readonly agentPort: number;
  readonly data: string;
  readonly pid: number;
  /** `tallyman <args>` directly on this server's state. Exit codes other than 0 throw, unless accepted. */
  cli(args: readonly string[], options?: { input?: string; accept?: readonly number[] }): Promise<CommandOutput>;
  /** A page of metrics, parsed strictly; throws when the status is not 200. */
  scrape(token: string, path?: string): Promise<Exposition>;
  get(path: string, token?: string): Promise<{ status: number; text: string }>;
  output(): string;
  /** SIGKILL, at once. */
  kill(): Promise<void>;
  /** Starts it again on the same addresses and state. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Starts `tallyman server` on free ports of 127.0.0.1, with a data folder of its own, and returns when it is ready. */
export async function startFleetServer(options: FleetServerOptions = {}): Promise<FleetServerProcess> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`make build\` first`);
  const folder = createTempFolder();
  const data = join(folder.path, 'data');
  const port = await findFreePort();
  const agentPort = await findFreePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const env = {
    PATH: process.env['PATH'],
    HOME: folder.path,
    ...(options.database === undefined ? {} : { TALLYMAN_DATABASE: options.database }),
    ...options.env,
  };
  const args = [
    ...['server', '--listen', `127.0.0.1:${String(port)}`, '--agent-listen', `127.0.0.1:${String(agentPort)}`],
    ...['--data', data, ...(options.args ?? [])],
  ];
  let child: BackgroundProcess | undefined;
  let past = '';

  const start = async (): Promise<void> => {
    past += child?.output() ?? '';
    const started = startBackground(program, args, {
      cwd: folder.path,
      env: { TALLYMAN_ADMIN_PASSWORD: 'correct horse battery', ...env },
    });
    child = started;
    await waitFor('the server to be ready', async () => {
      if (!started.isRunning()) throw new Error(`the server does not start:\n${started.output()}`);
      return (await httpGet(`${url}/ready`)).status === 200;
    });
  };
  const get = (path: string, token?: string): Promise<{ status: number; text: string }> =>
    httpGet(url + path, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

  try {
    await start();
  } catch (error) {
    await child?.stop();
    folder.remove();
    throw error;
  }
  return {
    url,
    agentPort,
    data,
    get pid() {
      return child?.pid ?? -1;
    },
    cli: (cliArgs, { input, accept } = {}) =>
      runCommand(program, [...cliArgs, '--data', data], {
        env,
        ...(input === undefined ? {} : { input }),
        ...(accept === undefined ? {} : { accept }),
      }),
    get,
    async scrape(token, path = '/metrics') {
      const answer = await get(path, token);
      if (answer.status !== 200) throw new Error(`GET ${path}: ${String(answer.status)}\n${answer.text}`);
      return parseExposition(answer.text, 'prometheus');
    },
    output: () => past + (child?.output() ?? ''),
    async kill() {
      const running = child;
      if (running === undefined || !running.isRunning()) return;
      process.kill(running.pid, 'SIGKILL');
      await waitFor('the server to be dead', () => !running.isRunning());
    },
    start,
    async remove() {
      await child?.stop();
      folder.remove();
    },
  };
}

export interface FleetAgentOptions {
  /** What `host add` printed; left out: it goes on with what is in its data. */
  joinLine?: string;
  /** The engine, as DOCKER_HOST has it. */
  engine: string;
  env?: Readonly<Record<string, string>>;
}

export interface FleetAgentProcess {
  readonly pid: number;
  readonly exporterUrl: string;
  output(): string;
  isRunning(): boolean;
  kill(): Promise<void>;
  /** Starts it again, without the line. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts `tallyman agent` with a data folder of its own; returns at once. */
export async function startFleetAgent(options: FleetAgentOptions): Promise<FleetAgentProcess> {
  const folder = createTempFolder();
  const port = await findFreePort();
  let child: BackgroundProcess | undefined;
  let past = '';

  const spawn = (line: readonly string[]): void => {
    past += child?.output() ?? '';
    child = startBackground(
      program,
      [
        ...['agent', ...line, '--data', join(folder.path, 'agent')],
        ...['--server.address', '127.0.0.1', '--server.port', String(port)],
      ],
      {
        cwd: folder.path,
        env: { PATH: process.env['PATH'], HOME: folder.path, DOCKER_HOST: options.engine, ...options.env },
      },
    );
  };
  // "tallyman agent --server ... --token ... --ca-fingerprint ..."
  spawn(options.joinLine?.split(' ').slice(2) ?? []);
  return {
    get pid() {
      return child?.pid ?? -1;
    },
    exporterUrl: `http://127.0.0.1:${String(port)}`,
    output: () => past + (child?.output() ?? ''),
    isRunning: () => child?.isRunning() ?? false,
    async kill() {
      const running = child;
      if (running === undefined || !running.isRunning()) return;
      process.kill(running.pid, 'SIGKILL');
      await waitFor('the agent to be dead', () => !running.isRunning());
    },
    start() {
      spawn([]);
      return Promise.resolve();
    },
    async remove() {
      await child?.stop();
      folder.remove();
    },
  };
}
