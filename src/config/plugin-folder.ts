import { dirname, resolve } from 'node:path';
import type { ReadFile } from './settings.ts';

/**
 * Where the engine looks for legacy plugins.
 * Source: https://docs.docker.com/engine/extend/plugin_api/#plugin-discovery
 */
const engineFolders = [
  '/run/docker/plugins',
  '/var/run/docker/plugins',
  '/etc/docker/plugins',
  '/usr/lib/docker/plugins',
];

/**
 * Whether a socket at this path would be found by the engine as a legacy plugin's. In a managed plugin the same path is
 * a folder of its own, `<exec-root>/plugins/<id>` outside, mounted there.
 */
export function standsInEngineFolder(socketPath: string, readFile: ReadFile): boolean {
  const folder = dirname(resolve(socketPath));
  if (!engineFolders.some((engine) => folder === engine || folder.startsWith(`${engine}/`))) return false;
  return !/\/[0-9a-f]{64}$/.test(mountedAt(folder, readFile));
}

/** The folder outside that is mounted at this path, or at the nearest one above it (proc(5), mountinfo). */
function mountedAt(folder: string, readFile: ReadFile): string {
  let best = { point: '', root: '' };
  for (const line of mounts(readFile).split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ');
    const real = point.replace(/^\/var\/run\//, '/run/');
    const isAround = `${folder.replace(/^\/var\/run\//, '/run/')}/`.startsWith(real === '/' ? '/' : `${real}/`);
    // Of several mounts at one place the last one is on top.
    if (isAround && real.length >= best.point.length) best = { point: real, root };
  }
  return best.root;
}

function mounts(readFile: ReadFile): string {
  try {
    return readFile('/proc/self/mountinfo');
  } catch {
    return '';
  }
}
