import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { isEngineUp, loadFromEngine } from './engine-api.ts';
import type { EngineVersion } from './engine-versions.ts';
import { currentEngineRoot } from './engine-versions.ts';
import { isStopped } from './processes.ts';
import { createPrivateNamespace, destroyNamespacesOf } from './private-namespace.ts';
import { runCommand } from './run-command.ts';
import { createTempFolder, listAbandonedFolders } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

export interface PrivateEngine {
  /** The engine's own word for its version, for example `20.10.24+dfsg1`. */
  readonly version: string;
  readonly socketPath: string;
  /** The socket as DOCKER_HOST has it. */
  readonly host: string;
  /** Runs the docker command line client against this engine; gives its trimmed standard output. */
  docker(...args: readonly string[]): Promise<string>;
  /** The JSON that the engine's own API answers. */
  api(path: string): Promise<unknown>;
  /** Ends the daemon as an administrator would, containers first. */
  halt(): Promise<void>;
  /** Ends the daemon at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts the daemon again after `halt` or `kill`. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** The daemon accepts connections from now on, but answers nothing. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Takes everything away: containers, daemon, networks, mounts, folders. May be called twice. */
  stop(): void;
}

export interface EngineOptions {
  version: EngineVersion;
  /** More arguments for dockerd. */
  args?: readonly string[];
  /** The machine's network instead of one of its own: for a daemon that listens on a TCP port. It then makes no networks. */
  onMachineNetwork?: boolean;
}

/** Starts a Docker Engine for tests, next to nothing else's: own socket, data, processes, mounts and network. Needs root. */
export async function startEngine(options: EngineOptions): Promise<PrivateEngine> {
  removeAbandoned();
  const folder = createTempFolder();
  const socketPath = join(folder.path, 'd.sock');
  const logFile = join(folder.path, 'log');
  const host = `unix://${socketPath}`;
  writeFileSync(join(folder.path, 'daemon.json'), '{}'); // not the machine's own
  const namespace = await createPrivateNamespace({
    root: options.version === '28' ? currentEngineRoot() : undefined,
    network: options.onMachineNetwork === true ? 'machine' : 'own',
  });
  const args = [
    ...['--config-file', join(folder.path, 'daemon.json'), '--pidfile', join(folder.path, 'd.pid'), '--host', host],
    ...['--data-root', join(folder.path, 'data'), '--exec-root', join(folder.path, 'exec')],
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs'], // systemd's needs its bus, which is not in the namespace
    ...(options.onMachineNetwork === true ? ['--bridge', 'none', '--iptables=false', '--ip-forward=false'] : []),
    ...(options.args ?? []),
  ];
  let daemon: ChildProcess;

  const start = async (): Promise<void> => {
    daemon = namespace.spawn('dockerd', args, logFile);
    const ended = once(daemon, 'exit').then(() => {
      throw new Error('dockerd ended');
    });
    try {
      await Promise.race([ended, waitFor('the engine to answer', () => isEngineUp(socketPath))]);
    } catch (error) {
      throw new Error(`dockerd does not start: ${lastLines(logFile)}`, { cause: error });
    }
    ended.catch(() => undefined); // from now on an end is the test's own wish
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      const exited = once(daemon, 'exit');
      daemon.kill(signal);
      await exited;
    }
    // what a killed daemon leaves names processes that are dead, but perhaps not buried yet
    for (const file of ['d.pid', 'exec/containerd/containerd.pid']) rmSync(join(folder.path, file), { force: true });
  };
  const halt = (): Promise<void> => end('SIGTERM');
  const stop = (): void => {
    namespace.destroy();
    folder.remove();
  };

  try {
    await start();
    const { Version: version } = (await loadFromEngine(socketPath, '/version')) as { Version: string };
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_CONFIG: folder.path, HOME: folder.path };
    return {
      version,
      socketPath,
      host,
      docker: async (...words) => (await runCommand('docker', words, { env })).stdout.trim(),
      api: (path) => loadFromEngine(socketPath, path),
      start,
      halt,
      kill: () => end('SIGKILL'),
      async restart() {
        await halt();
        await start();
      },
      async freeze() {
        daemon.kill('SIGSTOP');
        // on a busy machine it takes a moment until the last thread stands still
        await waitFor('the daemon to stop', () => isStopped(daemon.pid ?? -1), { everyMs: 5 });
      },
      thaw: () => void daemon.kill('SIGCONT'),
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** What test processes left that were killed before they could clean up. */
function removeAbandoned(): void {
  for (const folder of listAbandonedFolders()) {
    destroyNamespacesOf(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-8).join('\n');
}
