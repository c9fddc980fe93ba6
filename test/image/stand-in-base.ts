import { cpSync, globSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { copyInto, writeInto } from '../../scripts/rootfs.ts';
import { resolveLibraries } from '../../scripts/rootfs-libraries.ts';
import { packBusybox } from '../support/busybox-image.ts';
import type { PrivateEngine } from '../support/private-engine.ts';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const project = join(import.meta.dirname, '../..');

/**
 * Imports an image that stands in for Docker Hub's `node`, which tests cannot pull: this machine's npm, strip and libraries, the
 * project's Node.js, and the packages that npm has in its cache, as builds have no network here. The Dockerfile does not know.
 */
export async function importStandInBase(engine: PrivateEngine, tag: string): Promise<void> {
  const folder = createTempFolder();
  try {
    await packBusybox(folder.path, tag);
    const root = join(folder.path, 'root');
    addProgram(root, join(project, `node_modules/node-linux-${process.arch}/bin/node`), '/usr/bin/node');
    addProgram(root, await which('strip'), '/usr/bin/strip');
    await addNpm(root, join(folder.path, 'fill'));
    // The bundler's machine code needs more of glibc than Node.js does.
    for (const binding of globSync(join(folder.path, 'fill/node_modules/@rolldown/binding-linux-*/*.node'))) {
      addLibraries(root, binding);
    }
    const archive = join(folder.path, 'base.tar');
    await runCommand('tar', ['-C', root, '-cf', archive, '.']);
    await engine.docker('import', ...['--change', 'ENV HOME=/root npm_config_offline=true'], archive, tag);
  } finally {
    folder.remove();
  }
}

function addProgram(root: string, from: string, to: string): void {
  copyInto(root, from, to, 0o755);
  addLibraries(root, from);
}

function addLibraries(root: string, binary: string): void {
  for (const library of resolveLibraries(binary)) copyInto(root, library.from, library.to, 0o755);
}

async function addNpm(root: string, fill: string): Promise<void> {
  const npm = resolve(dirname(realpathSync(await which('npm'))), '..');
  cpSync(npm, join(root, 'usr/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'));
  symlinkSync('/bin/env', join(root, 'usr/bin/env'));
  writeInto(root, 'root/.npmrc', 'update-notifier=false\n');

  // What is in npm's cache already is not asked for again; the rest comes from where npm always gets it.
  const cache = join(root, 'root/.npm');
  mkdirSync(cache, { recursive: true });
  const { stdout } = await runCommand('npm', ['config', 'get', 'cache'], { cwd: project });
  await runCommand('sh', ['-c', 'test ! -d "$1" || cp -r "$1" "$2"', 'sh', join(stdout.trim(), '_cacache'), cache]);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyInto(fill, join(project, file), file);
  await runCommand('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--cache', cache], { cwd: fill });
}

async function which(command: string): Promise<string> {
  return (await runCommand('sh', ['-c', `command -v ${command}`])).stdout.trim();
}
