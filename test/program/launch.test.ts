import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../support/temp-folder.ts';
import { ask } from './ask.ts';
import { startRecordedEngine } from './engines.ts';
import { listeningPort, programFile, projectFolder, runProgram, startProgram } from './program-run.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());

const onNode24 = { code: 0, stdout: expect.stringContaining('node24.') as string, stderr: '' };

/** A folder with the tools that a shell script needs, and with `node` as it is given; nothing else. */
function toolsWith(name: string, node?: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  for (const tool of ['dirname', 'readlink']) symlinkSync(findCommand(tool), join(path, tool));
  if (node !== undefined) {
    writeFileSync(join(path, 'node'), `#!/bin/sh\n${node}\n`);
    chmodSync(join(path, 'node'), 0o755);
  }
  return path;
}

function findCommand(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((path) => join(path, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no ${name} on the PATH`);
  return found;
}

describe('bin/tallyman', () => {
  it.each([
    { from: '/', command: programFile },
    { from: folder.path, command: relative(folder.path, programFile) },
    { from: dirname(programFile), command: './tallyman' },
  ])('starts from $from', async ({ from, command }) => {
    expect(await runProgram({ command, cwd: from, args: ['--version'] })).toMatchObject(onNode24);
  });

  it('starts through symbolic links, absolute and relative, and on the PATH', async () => {
    const links = join(folder.path, 'some links');
    mkdirSync(links);
    symlinkSync(programFile, join(links, 'absolute'));
    symlinkSync(relative(links, programFile), join(links, 'relative'));
    symlinkSync('relative', join(links, 'tallyman'));
    symlinkSync(dirname(programFile), join(links, 'folder'));
    for (const name of ['absolute', 'relative', 'tallyman', 'folder/tallyman']) {
      const command = join(links, name);
      expect(await runProgram({ command, cwd: '/', args: ['--version'] })).toMatchObject(onNode24);
    }
    const env = { PATH: `${links}${delimiter}${process.env['PATH'] ?? ''}` };
    expect(await runProgram({ command: '/bin/sh', args: ['-c', 'tallyman --version'], env })).toMatchObject(onNode24);
  });

  it('does not use the Node.js of the machine', async () => {
    const old = toolsWith('old', 'echo v20.0.0; exit 99');
    for (const PATH of [old, toolsWith('none')]) {
      expect(await runProgram({ args: ['--version'], env: { PATH } })).toMatchObject(onNode24);
    }
  });

  it('says what is missing: the build, or a Node.js that is new enough', async () => {
    const root = join(folder.path, 'root');
    for (const path of [root, join(root, 'bin')]) mkdirSync(path);
    const command = join(root, 'bin/tallyman');
    copyFileSync(programFile, command);
    expect(await runProgram({ command })).toMatchObject({
      code: 1,
      stderr: `tallyman: ${join(root, 'dist/tallyman.js')} is missing: run 'make build' first\n`,
    });
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist/tallyman.js'), '');
    for (const PATH of [toolsWith('twenty', 'echo 20'), toolsWith('no-node')]) {
      expect(await runProgram({ command, env: { PATH } })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^tallyman: Node\.js 24 or newer is needed: .*\n$/) as string,
      });
    }
  });

  it('serves config.example.yaml as it is, from any folder', async () => {
    await using engine = await startRecordedEngine();
    const args = ['--config', join(projectFolder, 'config.example.yaml'), '--server.port', '0'];
    await using run = startProgram({ args, cwd: '/', env: { DOCKER_HOST: engine.dockerHost } });
    const { status, text } = await ask(`http://127.0.0.1:${String(await listeningPort(run))}/metrics`);
    expect(status).toBe(200);
    expect(text).toContain('\nexporter_up 1\n');
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
  });
});
