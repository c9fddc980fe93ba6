import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { resolveLibraries } from './rootfs-libraries.ts';
import { stripSymbols } from './rootfs-strip.ts';

/**
 * The root file system that the container image and the managed plugin share: the Node.js that the project brings without
 * its debugging symbols, the shared libraries it needs, and the bundled program. No shell, and nothing else.
 *
 * The image adds its own files and streams it to the engine (image-rootfs.ts, image.ts). The plugin names what the engine
 * mounts and puts the folder beside its config.json:
 *
 *     writeRootfs({ folder: `${folder}/rootfs`, mountFolders: ['run/docker'], mountFiles: ['etc/hosts'] });
 *     await measureArchive(folder); // rootfs-archive.ts
 *
 * What starts the program there is `startCommand()`, which has the flags of bin/tallyman.
 */
export interface RootfsOptions {
  /** The folder to make; what is there is replaced. */
  folder: string;
  /** Folders and empty files that something is mounted on, relative to the root. */
  mountFolders?: readonly string[];
  mountFiles?: readonly string[];
}

export interface Rootfs {
  folder: string;
  /** Where the libraries came from: absolute paths on this machine. */
  libraries: readonly string[];
}

const project = join(import.meta.dirname, '..');

/** Where things are in the root file system. */
export const rootfsPaths = { node: '/bin/node', program: '/tallyman.js', fleet: '/tallyman-fleet.js' } as const;

/** Writes the root file system. Throws when the program or the runtime is missing, or one of the runtime's libraries is. */
export function writeRootfs(options: RootfsOptions): Rootfs {
  const { folder } = options;
  const program = existing('dist/tallyman.js');
  const node = existing(`node_modules/node-linux-${process.arch}/bin/node`);
  rmSync(folder, { recursive: true, force: true });
  for (const path of ['dev', 'proc', 'sys', ...(options.mountFolders ?? [])]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  for (const path of options.mountFiles ?? []) writeInto(folder, path, '');
  copyInto(folder, node, rootfsPaths.node, 0o755);
  stripSymbols(join(folder, rootfsPaths.node));
  const libraries = resolveLibraries(node);
  for (const { from, to } of libraries) copyInto(folder, from, to, 0o755);
  copyInto(folder, program, rootfsPaths.program);
  copyInto(folder, existing('dist/tallyman-fleet.js'), rootfsPaths.fleet);
  // Else Node would have to find out by itself that the program is a module, which costs parsing it twice.
  writeInto(folder, 'package.json', '{"type":"module"}\n');
  normalize(folder);
  return { folder, libraries: libraries.map(({ from }) => from) };
}

/** How the program is started in the root file system: the flags of Node.js are those of bin/tallyman. */
export function startCommand(): string[] {
  return [rootfsPaths.node, ...nodeFlags(), rootfsPaths.program];
}

/** The flags that bin/tallyman starts Node.js with, which is the one place that has them. */
function nodeFlags(): string[] {
  const script = readFileSync(join(project, 'bin/tallyman'), 'utf8');
  const [, flags] = /^exec "\$node" ([^"'$\\`]*)"\$program" "\$@"$/m.exec(script) ?? [];
  if (flags === undefined) {
    throw new Error('bin/tallyman has no line `exec "$node" FLAGS "$program" "$@"`: the flags are read from there');
  }
  return flags.trim().split(/\s+/);
}

export function writeInto(folder: string, path: string, text: string, mode = 0o644): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  chmodSync(target, mode);
}

export function copyInto(folder: string, from: string, to: string, mode = 0o644): void {
  const target = join(folder, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
  chmodSync(target, mode);
}

/** Gives folders their mode, whatever the umask, and everything the same time: two builds of one commit are then alike. */
export function normalize(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isDirectory()) normalize(path);
    else lutimesSync(path, sourceDate(), sourceDate());
  }
  if ((lstatSync(folder).mode & 0o1000) === 0) chmodSync(folder, 0o755);
  lutimesSync(folder, sourceDate(), sourceDate());
}

/** SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), or the start of time: in seconds. */
export function sourceDate(): number {
  return Number(process.env['SOURCE_DATE_EPOCH'] ?? 0);
}

function existing(path: string): string {
  const absolute = join(project, path);
  if (!existsSync(absolute)) throw new Error(`${path} is missing: run 'make build' first`);
  return absolute;
}
