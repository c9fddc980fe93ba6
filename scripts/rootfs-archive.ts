import { createReadStream, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

const blockBytes = 512;

/**
 * A folder as a tar archive (POSIX ustar), chunk by chunk: everything belongs to root, in the order of names, with modes and
 * times as they are. Not tar(1), whose options for that differ from system to system.
 */
export async function* packArchive(folder: string): AsyncGenerator<Uint8Array> {
  for (const path of listTree(folder)) {
    const stats = lstatSync(join(folder, path));
    yield header(folder, path, stats);
    if (!stats.isFile()) continue;
    yield* createReadStream(join(folder, path)) as AsyncIterable<Buffer>;
    yield Buffer.alloc((blockBytes - (stats.size % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

/** What a folder's files take unpacked, and what its archive takes in gzip at the level that registries get: in bytes. */
export async function measureArchive(folder: string): Promise<{ unpacked: number; gzip: number }> {
  const sizes = listTree(folder).map((path) => lstatSync(join(folder, path)));
  const unpacked = sizes.reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
  let gzip = 0;
  for await (const chunk of Readable.from(packArchive(folder)).pipe(createGzip())) gzip += (chunk as Buffer).length;
  return { unpacked, gzip };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Everything below a folder, relative to it, in order. Node's own recursion would follow links to folders. */
function listTree(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .map((entry) => ({ path: join(below, entry.name), isFolder: entry.isDirectory() }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1))
    .flatMap(({ path, isFolder }) => (isFolder ? [path, ...listTree(folder, path)] : [path]));
}

const fileTypes = { file: '0', link: '2', folder: '5' } as const;

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format" */
function header(folder: string, path: string, stats: Stats): Buffer {
  const type = stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'file';
  const name = type === 'folder' ? `${path}/` : path;
  const target = type === 'link' ? readlinkSync(join(folder, path)) : '';
  if (Math.max(Buffer.byteLength(name), Buffer.byteLength(target)) > 100) throw new Error(`too long for tar: ${name}`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  block.write(octal(stats.mode & 0o7777, 7), 100);
  block.write(octal(0, 7), 108); // owner
  block.write(octal(0, 7), 116); // group
  block.write(octal(type === 'file' ? stats.size : 0, 11), 124);
  block.write(octal(Math.floor(stats.mtimeMs / 1000), 11), 136);
  block.write(fileTypes[type], 156);
  block.write(target, 157);
  block.write('ustar\x0000', 257);
  // The sum of all bytes, with its own field as spaces.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
