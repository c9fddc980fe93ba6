import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground, type BackgroundProcess } from './background-process.ts';
import { findFreePort } from './free-port.ts';
import { listProcesses } from './processes.ts';
import { runCommand } from './run-command.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

const user = 'tallyman';
const password = 'only for "tests" %';

export interface PostgresServer {
  /** Of an empty database, with a user and password. */
  readonly url: string;
  /** May be called twice. */
  stop(): Promise<void>;
  /** Ends it as an administrator would, and starts it again on the same port. */
  restart(): Promise<void>;
  /** Ends it as a power cut would; `restart` brings it back. */
  kill(): Promise<void>;
  /** Runs SQL in the database, or in another one, and gives what it prints, unaligned. */
  psql(sql: string, database?: string): Promise<string>;
  /** Makes another empty database and gives its URL. */
  createDatabase(): Promise<string>;
}

/** Starts a PostgreSQL of its own, on a free port of 127.0.0.1: of the machine's packages, the newest. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = postgresFolder();
  if (bin === undefined) throw new Error('there is no PostgreSQL in /usr/lib/postgresql');
  const folder = createTempFolder();
  const data = join(folder.path, 'data');
  await initialize(bin, folder.path, data);
  const port = await findFreePort();
  const start = async (): Promise<BackgroundProcess> => {
    const child = asPostgres(join(bin, 'postgres'), [
      ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`],
      ...['-c', 'max_connections=100', '-c', 'shared_buffers=32MB', '-c', 'logging_collector=off'],
    ]);
    await waitFor('PostgreSQL to be ready', async () => {
      if (!child.isRunning()) throw new Error(child.output());
      return (await psql('select 1', 'postgres')) === '1';
    });
    return child;
  };
  const psql = async (sql: string, database: string = user): Promise<string> => {
    const { stdout } = await runCommand(
      join(bin, 'psql'),
      [
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        user,
        '-d',
        database,
      ],
      { env: { ...process.env, PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' }, input: sql },
    );
    return stdout.trim();
  };
  const urlOf = (database: string): string =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${String(port)}/${database}`;
  let databases = 0;
  let child = await start();
  await psql(`create database ${user}`, 'postgres');
  return {
    url: urlOf(user),
    psql,
    async createDatabase() {
      databases += 1;
      const name = `${user}_${String(databases)}`;
      await psql(`create database ${name}`, 'postgres');
      return urlOf(name);
    },
    async restart() {
      await end(child, 'SIGINT');
      child = await start();
    },
    kill: () => end(child, 'SIGKILL'),
    async stop() {
      await end(child, 'SIGINT');
      folder.remove();
    },
  };
}

/** Where the newest installed version's programs are; undefined: none is installed. */
export function postgresFolder(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const [newest] = readdirSync(root)
    .filter((version) => existsSync(join(root, version, 'bin', 'initdb')))
    .toSorted((a, b) => Number(b) - Number(a));
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

async function initialize(bin: string, folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (isRoot()) {
    chmodSync(folder, 0o711);
    for (const path of [data, passwordFile]) chownSync(path, postgresId('-u'), postgresId('-g'));
  }
  const [command, args] = commandAsPostgres(join(bin, 'initdb'), [
    ...['-D', data, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ...['--no-sync', '--no-instructions'],
  ]);
  await runCommand(command, args, { env: process.env, cwd: '/' });
}

function asPostgres(program: string, args: readonly string[]): BackgroundProcess {
  const [command, all] = commandAsPostgres(program, args);
  return startBackground(command, all, { cwd: '/' });
}

/** The programs refuse to run as root; setpriv replaces itself by them, so that signals reach them. */
function commandAsPostgres(program: string, args: readonly string[]): [string, readonly string[]] {
  if (!isRoot()) return [program, args];
  const ids = [`--reuid=${String(postgresId('-u'))}`, `--regid=${String(postgresId('-g'))}`, '--clear-groups'];
  return ['setpriv', [...ids, '--', program, ...args]];
}

async function end(child: BackgroundProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (!child.isRunning()) return;
  const children = signal === 'SIGKILL' ? childrenOf(child.pid) : [];
  process.kill(child.pid, signal);
  // its processes notice that it has gone, and end; a new one starts when they have
  for (const pid of children) {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already
    }
  }
  await waitFor('PostgreSQL to end', () => !child.isRunning() && children.every((pid) => !existsSync(`/proc/${pid}`)));
  await child.stop();
}

function childrenOf(pid: number): number[] {
  return listProcesses()
    .filter(({ parent }) => parent === pid)
    .map((child) => child.pid);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function postgresId(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
}
