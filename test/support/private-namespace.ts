import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { listContainerCgroups, removeCgroups, thawCgroups } from './container-cgroups.ts';
import { onExit } from './exit-hooks.ts';
import {
  listNamespaceTree,
  listProcesses,
  mountNamespaceOf,
  readProcFile,
  signalProcesses,
  sleepSync,
} from './processes.ts';
import { waitFor } from './wait-for.ts';

export interface NamespaceOptions {
  /** A folder with another Linux installation that becomes the root; /tmp stays the machine's. The machine's own root by default. */
  root?: string | undefined;
  /** Its own network, with its own bridges, addresses and iptables rules (the default), or the machine's. */
  network?: 'own' | 'machine';
}

export interface PrivateNamespace {
  /** Starts a program inside; its output goes to `logFile`. */
  spawn(command: string, args: readonly string[], logFile: string, env?: NodeJS.ProcessEnv): ChildProcess;
  /**
   * Kills whatever runs inside, the containers started from there too; mounts, networks and iptables rules go with it.
   * Synchronous, so that it also works while the process exits. May be called twice.
   */
  destroy(): void;
}

/**
 * Creates a mount namespace, and a network namespace, for a container engine that shall leave nothing behind on the machine.
 * A bare `sleep` holds it while no engine runs. Needs root.
 */
export async function createPrivateNamespace(options: NamespaceOptions = {}): Promise<PrivateNamespace> {
  const { network = 'own' } = options;
  const flags = network === 'own' ? ['-m', '-n'] : ['-m'];
  const script = `${network === 'own' ? 'ip link set lo up\n' : ''}${options.root === undefined ? ownRoot : otherRoot}`;
  const anchor = spawn('unshare', [...flags, 'sh', '-e', '-c', script, 'sh', options.root ?? '/'], {
    stdio: 'inherit',
  });
  const pid = anchor.pid ?? -1;
  await waitFor('a private namespace', () => {
    if (anchor.exitCode !== null) throw new Error(`unshare: exit code ${String(anchor.exitCode)}`);
    return readProcFile(`/proc/${String(pid)}/comm`) === 'sleep\n';
  });
  const name = mountNamespaceOf(pid);
  if (name === undefined || name === mountNamespaceOf(process.pid)) throw new Error('no mount namespace of its own');
  const forget = onExit(() => destroyNamespace(name));
  return {
    spawn(command, args, logFile, env) {
      const log = openSync(logFile, 'a');
      const child = spawn('nsenter', ['-t', String(pid), ...flags, command, ...args], {
        stdio: ['ignore', log, log],
        env: env ?? process.env,
      });
      closeSync(log);
      return child;
    },
    destroy() {
      destroyNamespace(name);
      forget();
    },
  };
}

/** Destroys the namespaces in which some program was started with `folder` among its arguments. */
export function destroyNamespacesOf(folder: string): void {
  const names = listProcesses()
    .filter(({ pid }) => readProcFile(`/proc/${String(pid)}/cmdline`).includes(`${folder}/`))
    .map(({ pid }) => mountNamespaceOf(pid));
  for (const name of new Set(names)) {
    if (name !== undefined && name !== mountNamespaceOf(process.pid)) destroyNamespace(name);
  }
}

/** What engines write outside their own folders goes to memory; an engine that the machine has keeps its own. */
const ownRoot = `
for folder in /run /opt /etc/docker; do [ ! -d $folder ] || mount -t tmpfs tmpfs $folder; done
exec sleep infinity`;

/** pivot_root rather than chroot: runc would start health checks in the machine's root after a mere chroot. */
const otherRoot = `
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount --bind /tmp tmp
mount -t tmpfs tmpfs run
pivot_root . mnt
umount -l /mnt
exec chroot . sleep infinity`;

/** Stops everything first, so that nothing new appears while the list of what is to die is made. */
function destroyNamespace(name: string): void {
  let cgroups: string[] = [];
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const pids = listNamespaceTree(name);
    if (pids.length === 0) break;
    signalProcesses(pids, 'SIGSTOP');
    const all = listNamespaceTree(name);
    cgroups = [...new Set([...cgroups, ...listContainerCgroups(all)])];
    signalProcesses(all, 'SIGKILL');
    thawCgroups(cgroups);
    sleepSync(50);
  }
  removeCgroups(cgroups);
}
