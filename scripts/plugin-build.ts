import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { docker } from './docker-command.ts';
import { measureArchive, megabytes } from './rootfs-archive.ts';
import { startCommand, writeRootfs } from './rootfs.ts';

/**
 * Makes the managed plugin: its folder in .tmp/plugin, and by `docker plugin create` the plugin on the engine that the
 * docker client talks to (DOCKER_HOST). The name is PLUGIN, by default tallyman/engine-metrics:latest. With `--no-create`
 * the folder alone.
 */

const project = join(import.meta.dirname, '..');
const folder = join(project, '.tmp/plugin');
const name = process.env['PLUGIN'] || 'tallyman/engine-metrics:latest';

/** In bytes; what the plugin may take on the engine's disk, and what it may take in a registry. */
const limits = { unpacked: 125e6, gzip: 45e6 };
/** Node.js' word for an architecture, by Docker's. */
const architectures: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };
/** What the engine mounts things on; both sockets are below run/docker, which is a mount itself. */
const mounts = {
  mountFolders: ['run/docker'],
  mountFiles: ['etc/hosts', 'etc/resolv.conf', 'etc/tallyman/web-config.yml'],
};

async function main(args: readonly string[]): Promise<void> {
  const isCreating = !args.includes('--no-create');
  if (isCreating) checkEngine();
  mkdirSync(folder, { recursive: true });
  writeRootfs({ folder: join(folder, 'rootfs'), ...mounts });
  markWithName(join(folder, 'rootfs/run/docker'));
  copyFileSync(join(project, 'deploy/plugin/config.json'), join(folder, 'config.json'));
  tryRootfs();
  await checkSize();
  if (!isCreating) return;
  docker('plugin', 'create', name, folder);
  console.log(`plugin: ${name} is there; start it with: docker plugin enable ${name}`);
}

/** Finds out before the work whether its result can be used. */
function checkEngine(): void {
  const architecture = docker('version', '--format', '{{.Server.Arch}}');
  if (architectures[architecture] !== process.arch) {
    throw new Error(
      `the engine runs on ${architecture}, this machine on ${process.arch}: make the plugin on one like the engine's`,
    );
  }
  const plugins = docker('plugin', 'ls', '--format', '{{.Name}}').split('\n');
  if (!plugins.includes(name.includes(':') ? name : `${name}:latest`)) return;
  const removal = `docker plugin disable ${name}; docker plugin rm ${name}`;
  throw new Error(`${name} is there already: remove it (${removal}) or take another name (PLUGIN=...)`);
}

/**
 * The engine refuses a plugin whose files are those of another one to the bit: the time of an empty folder tells names
 * apart, and the same name still gives the same files.
 */
function markWithName(path: string): void {
  const seconds = createHash('sha256').update(name).digest().readUInt32BE() % 1_000_000_000;
  utimesSync(path, seconds, seconds);
}

/** Starts the program in its root file system, where we may: a missing library shows here and not in the engine's log. */
function tryRootfs(): void {
  if (process.getuid?.() !== 0) return;
  const env = { PATH: process.env['PATH'] };
  const command = [join(folder, 'rootfs'), ...startCommand(), 'plugin', '--version'];
  execFileSync('chroot', command, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function checkSize(): Promise<void> {
  const sizes = await measureArchive(folder);
  console.log(`plugin: ${megabytes(sizes.unpacked)} unpacked, ${megabytes(sizes.gzip)} by gzip`);
  for (const [part, limit] of Object.entries(limits) as ['unpacked' | 'gzip', number][]) {
    if (sizes[part] <= limit) continue;
    throw new Error(`it takes more than ${megabytes(limit)} (${part}): is strip (package binutils) there?`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`plugin: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
