import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The mount namespace a process lives in, for example `mnt:[4026531841]`; undefined when the process is gone. */
export function mountNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(pid)}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** All processes but zombies, each with its parent. */
export function listProcesses(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readProcFile(`/proc/${name}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === undefined || parent === undefined || state === 'Z' || stat === ''
        ? []
        : [{ pid: Number(name), parent: Number(parent) }];
    });
}

/** The processes whose mount namespace is `namespace`, and everything below them: containers have namespaces of their own. */
export function listNamespaceTree(namespace: string): number[] {
  const all = listProcesses();
  const found = new Set(all.map(({ pid }) => pid).filter((pid) => mountNamespaceOf(pid) === namespace));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Whether each thread of a process has come to a stop after SIGSTOP. */
export function isStopped(pid: number): boolean {
  const folder = `/proc/${String(pid)}/task`;
  return readdirSync(folder).every((thread) => /^State:\tT/m.test(readProcFile(`${folder}/${thread}/status`)));
}

/** A file of /proc, empty when its process is gone. */
export function readProcFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Sends a signal to processes; those that are gone already are no error. */
export function signalProcesses(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already
    }
  }
}

/** Blocks the whole process: only for cleaning up, which has to work while the process exits. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
