import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that processes have used since they started, in milliseconds, user and system. From the scheduler's own
 * count in nanoseconds where the kernel has it: a process' utime and stime come in steps of 10 ms, and a hundred shims
 * use less than that in a scrape.
 * Source: proc(5), /proc/PID/task/TID/schedstat and /proc/PID/stat.
 */
export function cpuMs(pids: Iterable<number>): number {
  let sum = 0;
  for (const pid of pids) sum += threadsMs(pid) ?? processMs(pid);
  return sum;
}

/** Threads that have ended are missing from it; those that measure and those that are measured keep theirs. */
function threadsMs(pid: number): number | undefined {
  const tasks = `/proc/${String(pid)}/task`;
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(tasks)) {
      nanoseconds += Number(readFileSync(`${tasks}/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
    }
    return nanoseconds / 1e6;
  } catch {
    return undefined;
  }
}

/** USER_HZ is 100 on every Linux that Node.js runs on. */
const msPerTick = 10;

function processMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return 0;
  }
}
