import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onExit } from '../test/support/exit-hooks.ts';
import { sleepSync } from '../test/support/processes.ts';

export interface MemoryCgroup extends Disposable {
  /** Put before a command: it then runs in the cgroup from its first instruction on. */
  readonly prefix: readonly string[];
  /** Memory that the kernel cannot drop, of everything in the cgroup, in bytes. */
  anonymousBytes(): number;
  /** The most that was ever charged, cached file pages included, in bytes; 0 where Linux does not tell (v2 before 5.19). */
  peakBytes(): number;
  /** How often the limit was met, and pages had to be given back. */
  limitHits(): number;
  /** Processes that were killed because giving pages back was not enough. */
  kills(): number;
}

const root = '/sys/fs/cgroup';

/** Creates a cgroup with a hard limit, swap not to be used beside it. Needs root and the memory controller. */
export function createMemoryCgroup(name: string, limitBytes: number): MemoryCgroup {
  const hierarchy = existsSync(join(root, 'memory/memory.limit_in_bytes')) ? version1 : version2;
  const folder = join(hierarchy.parent, `tallyman-bench-${String(process.pid)}-${name}`);
  hierarchy.prepare();
  mkdirSync(folder);
  const forget = onExit(() => remove(folder));
  for (const [file, value] of hierarchy.limits(limitBytes)) {
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value);
  }
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const optional = (file: string): string => (existsSync(join(folder, file)) ? read(file) : '');
  return {
    prefix: ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder],
    anonymousBytes: () => field(read('memory.stat'), hierarchy.anonymous),
    peakBytes: () => Number(optional(hierarchy.peak)),
    limitHits: () => hierarchy.limitHits(optional),
    kills: () => field(optional(hierarchy.kills), 'oom_kill'),
    [Symbol.dispose]() {
      remove(folder);
      forget();
    },
  };
}

interface Hierarchy {
  parent: string;
  prepare(): void;
  limits(bytes: number): (readonly [file: string, value: string])[];
  anonymous: string;
  peak: string;
  kills: string;
  limitHits(read: (file: string) => string): number;
}

/** Source: Linux, Documentation/admin-guide/cgroup-v1/memory.rst */
const version1: Hierarchy = {
  parent: join(root, 'memory'),
  prepare: () => undefined,
  limits: (bytes) => [
    ['memory.limit_in_bytes', String(bytes)],
    ['memory.memsw.limit_in_bytes', String(bytes)],
  ],
  anonymous: 'rss',
  peak: 'memory.max_usage_in_bytes',
  kills: 'memory.oom_control',
  // The limit of memory and swap together is the first to be met where both are the same.
  limitHits: (read) => Number(read('memory.failcnt')) + Number(read('memory.memsw.failcnt')),
};

/** Source: Linux, Documentation/admin-guide/cgroup-v2.rst */
const version2: Hierarchy = {
  parent: root,
  prepare() {
    if (!existsSync(join(root, 'cgroup.subtree_control'))) throw new Error('there is no memory cgroup');
    writeFileSync(join(root, 'cgroup.subtree_control'), '+memory');
  },
  limits: (bytes) => [
    ['memory.max', String(bytes)],
    ['memory.swap.max', '0'],
  ],
  anonymous: 'anon',
  peak: 'memory.peak',
  kills: 'memory.events',
  limitHits: (read) => field(read('memory.events'), 'max'),
};

/** The number behind a name in a file of `name number` lines; 0 where the name is missing. */
function field(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** A cgroup can be removed once its last process is buried. */
function remove(folder: string): void {
  for (let attempt = 0; attempt < 40 && existsSync(folder); attempt += 1) {
    try {
      rmdirSync(folder);
    } catch {
      sleepSync(25);
    }
  }
}
