import { readdirSync, readFileSync } from 'node:fs';

/**
 * The daemons of one private engine: those of dockerd, containerd and the shims that were started with its folder
 * among their arguments. What runs in the containers is not theirs.
 */
export function listEngineProcesses(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isEngineProcess(commandLine(pid), folder));
}

function isEngineProcess(line: string, folder: string): boolean {
  return line.includes(`${folder}/`) && /^(?:\S*\/)?(?:dockerd|containerd|containerd-shim\S*)\0/.test(line);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
