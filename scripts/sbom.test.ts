import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, test } from 'vitest';
import { resolveLibraries } from './rootfs-libraries.ts';
import { addSystemParts, createSbom } from './sbom.ts';

const project = join(import.meta.dirname, '..');
const modules = ['zod/index.js', 'yaml/dist/index.js', 'pino/pino.js'].map((path) =>
  join(project, 'node_modules', path),
);
const sbom = createSbom([...modules, join(project, 'src/main.ts')], '2026-01-02T03:04:05.000Z');
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

test('names what is bundled and the runtime, by the schema', async () => {
  const names = sbom.components.map(({ type, name }) => `${type} ${name}`);
  expect(names).toEqual(['library pino', 'library yaml', 'library zod', 'platform node']);
  expect(await validator.validate(JSON.stringify(sbom))).toBeNull();
  expect(await validator.validate(JSON.stringify({ ...sbom, components: [{}] }))).not.toBeNull();
});

test('versions and hashes are those of the lock file', () => {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const { version, integrity } = lock.packages['node_modules/zod'] ?? { version: '', integrity: '' };
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  expect(sbom.components.find(({ name }) => name === 'zod')).toMatchObject({
    version,
    purl: `pkg:npm/zod@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512', content }],
  });
});

test('the image has the system libraries too, by the schema', async () => {
  const libraries = resolveLibraries(process.execPath).map(({ from }) => from);
  const whole = addSystemParts(sbom, libraries);
  const added = whole.components.slice(sbom.components.length);
  expect(added.length).toBeGreaterThan(0);
  expect(whole.serialNumber).not.toBe(sbom.serialNumber);
  expect(await validator.validate(JSON.stringify(whole))).toBeNull();
  if (!hasDpkg()) return;
  expect(added.map(({ purl }) => purl)).toContainEqual(
    expect.stringMatching(/^pkg:deb\/debian\/libc6@2\.\d+.*\?arch=/),
  );
});

test('two builds of one commit at one time are alike', () => {
  expect(createSbom([...modules, ...modules.toReversed()], '2026-01-02T03:04:05.000Z')).toEqual(sbom);
});

function hasDpkg(): boolean {
  try {
    return execFileSync('dpkg-query', ['--version']).length > 0;
  } catch {
    return false;
  }
}
