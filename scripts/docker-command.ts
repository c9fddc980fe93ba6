import { execFileSync } from 'node:child_process';

/** Runs the docker command line client on the engine that DOCKER_HOST names and gives its output. @throws what it said. */
export function docker(...words: readonly string[]): string {
  try {
    return execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') throw new Error('the docker command line client is missing', { cause: error });
    throw new Error(`docker ${words.slice(0, 2).join(' ')}: ${stderr?.trim() ?? String(error)}`, { cause: error });
  }
}
