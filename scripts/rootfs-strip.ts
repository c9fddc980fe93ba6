import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Takes out of a binary what only debuggers read, a seventh of Node.js. Installs binutils for that where it can; without
 * strip(1) the binary stays as it is.
 */
export function stripSymbols(binary: string): void {
  if (!hasCommand('strip') && hasCommand('apt-get') && process.getuid?.() === 0) installBinutils();
  if (hasCommand('strip')) execFileSync('strip', [binary]);
  else console.error('strip is missing (package binutils): Node.js stays as large as it is');
}

function installBinutils(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = 'apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils';
  try {
    execFileSync('sh', ['-c', install], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    // The caller says that it is still missing.
  }
}

function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
