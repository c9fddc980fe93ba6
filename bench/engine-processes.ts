import { readdirSync, readFileSync } from 'node:fs';

export interface EngineProcesses {
  /** dockerd and containerd. */
  daemons: number[];
  /** One for each running container. */
  shims: number[];
}

/**
 * The processes of one private engine: those of dockerd, containerd and the shims that were started with its folder
 * among their arguments. What runs in the containers is not theirs.
 */
export function listEngineProcesses(folder: string): EngineProcesses {
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), line: commandLine(name) }))
    .filter(({ line }) => line.includes(`${folder}/`));
  const pidsOf = (program: RegExp): number[] => lines.filter(({ line }) => program.test(line)).map(({ pid }) => pid);
  return {
    daemons: pidsOf(/^(?:\S*\/)?(?:dockerd|containerd)\0/),
    shims: pidsOf(/^(?:\S*\/)?containerd-shim\S*\0/),
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
