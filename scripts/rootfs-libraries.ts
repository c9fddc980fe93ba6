import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Library {
  /** On this machine. */
  from: string;
  /** In the root file system. */
  to: string;
}

const loaders: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

/**
 * What glibc before 2.34 loads by name to look up hosts, which no binary says it needs; later ones have it inside
 * (https://sourceware.org/glibc/wiki/Release/2.34).
 */
const resolverLibraries = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];
const lastGlibcWithout = 33;

/**
 * The shared libraries of a program for this machine, the dynamic loader first. They all go to the folder of libc, which
 * is one that the loader looks into without a cache. The loader itself says what is needed: no ldd, no shell.
 */
export function resolveLibraries(program: string): Library[] {
  const loader = loaders[process.arch];
  if (loader === undefined || !existsSync(loader)) {
    throw new Error(`no glibc loader for ${process.arch} here: the image is made on Linux with glibc, x64 or arm64`);
  }
  const lines = execFileSync(loader, ['--list', program], { encoding: 'utf8' }).split('\n');
  const found = lines.flatMap((line) => /=> (\/\S+) \(0x/.exec(line)?.[1] ?? []).filter((path) => path !== loader);
  const libc = found.find((path) => basename(path) === 'libc.so.6');
  if (libc === undefined) throw new Error(`${program} does not use glibc`);
  const folder = dirname(libc);
  const resolver = glibcMinor() > lastGlibcWithout ? [] : resolverLibraries.map((name) => join(folder, name));
  const libraries = [...new Set([...found, ...resolver.filter((path) => existsSync(path))])].toSorted();
  return [{ from: loader, to: loader }, ...libraries.map((from) => ({ from, to: join(folder, basename(from)) }))];
}

/** 36 of glibc 2.36. */
function glibcMinor(): number {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return Number(header?.glibcVersionRuntime?.split('.')[1] ?? 0);
}
