import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Component, Sbom } from './sbom-format.ts';

const project = join(import.meta.dirname, '..');

interface Package {
  /** Its folder. */
  path: string;
  name: string;
  version: string;
  license?: string;
  description?: string;
}

/**
 * Writes dist/tallyman.cdx.json, the bill of materials in CycloneDX, and dist/licenses.txt, the licences of what is bundled.
 * `modules` are the files that the bundler says went into the program: what is not among them is not shipped, whatever
 * package.json calls it.
 */
export function writeSbom(modules: readonly string[], buildDate: string): void {
  const sbom = createSbom(modules, buildDate);
  writeFileSync(join(project, 'dist/tallyman.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
  writeFileSync(join(project, 'dist/licenses.txt'), licenseTexts([...bundledPackages(modules), runtimePackage()]));
}

/** The bill of materials of a bundle made of these files and the runtime that comes with it. */
export function createSbom(modules: readonly string[], buildDate: string): Sbom {
  const self = readPackage(project);
  const components = [...bundledPackages(modules).map((part) => npmComponent(part)), nodeComponent()];
  const root = `pkg:npm/${self.name}@${self.version}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber([root, buildDate, ...components.map((part) => part['bom-ref'])]),
    version: 1,
    metadata: {
      timestamp: buildDate,
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', ...describe(self), 'bom-ref': root, purl: root },
    },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((part) => part['bom-ref']) }],
  };
}

export function readSbom(path: string): Sbom {
  if (!existsSync(path)) throw new Error(`${path} is missing: run 'make build' first`);
  return JSON.parse(readFileSync(path, 'utf8')) as Sbom;
}

/** The bill of materials with the system's libraries: those whose paths are given, by Debian's packages where they have one. */
export function addSystemParts(sbom: Sbom, libraries: readonly string[]): Sbom {
  const parts = libraries.map((path) => debianComponent(path) ?? fileComponent(path));
  const components = [...new Map(parts.map((part) => [part['bom-ref'], part])).values()];
  const refs = components.map((part) => part['bom-ref']);
  return {
    ...sbom,
    serialNumber: serialNumber([sbom.serialNumber, ...refs]),
    components: [...sbom.components, ...components],
    dependencies: [...sbom.dependencies, { ref: nodeComponent()['bom-ref'], dependsOn: refs }],
  };
}

/** The packages that a bundle's modules come from, by name. */
function bundledPackages(modules: readonly string[]): Package[] {
  const folders = modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted().map(readPackage);
}

function readPackage(path: string): Package {
  return { ...(JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Package), path };
}

/** The package that brings Node.js: in a build for another machine it has the same version. */
function runtimePackage(): Package {
  return readPackage(join(project, `node_modules/node-linux-${process.arch}`));
}

function npmComponent(part: Package): Component {
  const purl = `pkg:npm/${part.name.replace('@', '%40')}@${part.version}`;
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const integrity = lock.packages[part.path.slice(project.length + 1)]?.integrity ?? '';
  const hash = /^sha512-(.+)$/.exec(integrity)?.[1];
  return {
    type: 'library',
    ...describe(part),
    'bom-ref': purl,
    purl,
    ...(hash === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
  };
}

/** The CPE is what vulnerability databases know Node.js by. */
function nodeComponent(): Component {
  const { version } = runtimePackage();
  return {
    type: 'platform',
    name: 'node',
    version,
    description: 'The Node.js runtime',
    'bom-ref': `pkg:generic/node@${version}`,
    purl: `pkg:generic/node@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
  };
}

function debianComponent(path: string): Component | undefined {
  if (!existsSync('/var/lib/dpkg/status')) return undefined;
  // Since /usr was merged, dpkg may know a file by either of its names.
  for (const name of [path, realpathSync(path), realpathSync(path).replace(/^\/usr/, '')]) {
    const owner = dpkgQuery('--search', name)?.split(': ')[0];
    const format = '${Package} ${Version} ${Architecture}';
    const [library, version, architecture] =
      (owner && dpkgQuery('--show', `--showformat=${format}`, owner)?.split(' ')) || [];
    if (library === undefined || version === undefined || architecture === undefined) continue;
    const purl = `pkg:deb/debian/${library}@${encodeURIComponent(version)}?arch=${architecture}`;
    return { type: 'library', name: library, version, 'bom-ref': purl, purl };
  }
  return undefined;
}

function dpkgQuery(...words: readonly string[]): string | undefined {
  try {
    return execFileSync('dpkg-query', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function fileComponent(path: string): Component {
  const content = createHash('sha512').update(readFileSync(path)).digest('hex');
  return { type: 'library', name: basename(path), 'bom-ref': `file:${path}`, hashes: [{ alg: 'SHA-512', content }] };
}

function describe({ name, version, license, description }: Package): Pick<Component, 'name' | 'version' | 'licenses'> {
  return {
    name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(license === undefined
      ? {}
      : { licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }] }),
  };
}

/** Their licences ask for being told with every copy of the program. */
function licenseTexts(packages: readonly Package[]): string {
  return packages
    .map(({ name, version, path }) => {
      const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice)/i.test(file));
      return [`==== ${name} ${version}`, ...files.map((file) => readFileSync(join(path, file), 'utf8').trim())].join(
        '\n\n',
      );
    })
    .join('\n\n\n')
    .concat('\n');
}

/** A UUID that follows from what the document is about: two builds of one commit are alike. */
function serialNumber(about: readonly string[]): string {
  const digits = createHash('sha256').update(about.join('\n')).digest('hex');
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
  return `urn:uuid:${[...parts, digits.slice(20, 32)].join('-')}`;
}
