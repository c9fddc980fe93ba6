import { readFileSync } from 'node:fs';

/** The memory of a process that the kernel cannot drop, in bytes: what counts against a limit. */
export function anonymousBytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
