import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { docker } from './docker-command.ts';
import { imageInstructions } from './image-instructions.ts';
import { writeImageRootfs } from './image-rootfs.ts';
import { measureArchive, megabytes, packArchive } from './rootfs-archive.ts';

/**
 * Makes the container image on the engine that the docker client talks to (DOCKER_HOST), by `docker import`: from scratch,
 * without a registry, a base image or a builder. The name is IMAGE, by default tallyman:latest.
 * With `--rootfs FOLDER` its root file system alone, as the Dockerfile does.
 */

const project = join(import.meta.dirname, '..');
const name = process.env['IMAGE'] || 'tallyman:latest';
/** In bytes after gzip, as registries keep and send it. */
const gzipLimit = 45e6;
/** Node.js' word for an architecture, by Docker's. */
const architectures: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };
/** As little as a container can have: what starts like this starts everywhere. */
const leastPrivilege = ['--read-only', '--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

async function main(args: readonly string[]): Promise<void> {
  const [option, folder] = args;
  if (option === '--rootfs' && folder !== undefined) {
    writeImageRootfs(resolve(folder));
    return await report(resolve(folder));
  }
  if (option !== undefined) throw new Error(`unknown argument ${option}: there is --rootfs FOLDER alone`);
  checkEngine();
  mkdirSync(join(project, '.tmp'), { recursive: true });
  const rootfs = mkdtempSync(join(project, '.tmp/image-'));
  try {
    writeImageRootfs(rootfs);
    await report(rootfs);
    await importImage(rootfs);
  } finally {
    rmSync(rootfs, { recursive: true, force: true });
  }
  console.log(`image: ${name} is there: ${docker('run', '--rm', ...leastPrivilege, name, '--version')}`);
}

/** Finds out before the work whether its result can be used. */
function checkEngine(): void {
  const architecture = docker('version', '--format', '{{.Server.Arch}}');
  if (architectures[architecture] === process.arch) return;
  throw new Error(
    `the engine runs on ${architecture}, this machine on ${process.arch}: make the image on one like the engine's, or with buildx (docs/install.md)`,
  );
}

async function report(rootfs: string): Promise<void> {
  const { unpacked, gzip } = await measureArchive(rootfs);
  console.log(`image: ${megabytes(unpacked)} unpacked, ${megabytes(gzip)} by gzip`);
  if (gzip <= gzipLimit) return;
  throw new Error(`it takes more than ${megabytes(gzipLimit)} by gzip: is strip (package binutils) there?`);
}

async function importImage(rootfs: string): Promise<void> {
  const dockerfile = readFileSync(join(project, 'deploy/docker/Dockerfile'), 'utf8');
  const changes = imageInstructions(dockerfile, buildFacts()).flatMap((line) => ['--change', line]);
  const child = spawn('docker', ['import', ...changes, '-', name], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  // A client that gives up closes the pipe: what it says tells more than that.
  await pipeline(Readable.from(packArchive(rootfs)), child.stdin).catch(() => undefined);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`docker import ended with exit code ${String(code)}`);
}

/** What the program says of itself, so that the labels cannot say anything else. */
function buildFacts(): Record<string, string> {
  const line = execFileSync(process.execPath, [join(project, 'dist/tallyman.js'), '--version'], { encoding: 'utf8' });
  const [, version, revision, created] = /^tallyman (\S+) \(commit (\S+), built (\S+),/.exec(line) ?? [];
  if (version === undefined || revision === undefined || created === undefined) {
    throw new Error(`dist/tallyman.js does not say its version: ${line}`);
  }
  return { VERSION: version, REVISION: revision, CREATED: created };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
