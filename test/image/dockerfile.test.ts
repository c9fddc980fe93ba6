import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { listImageFiles } from './exported-files.ts';
import { runImageScript } from './run-image-script.ts';
import { importStandInBase } from './stand-in-base.ts';

const project = join(import.meta.dirname, '../..');

/** Once, on the oldest engine: its builder is the one with the least. */
describe.skipIf(!hasRequirements('20.10'))('the Dockerfile', () => {
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await startEngine({ version: '20.10' });
    await importStandInBase(engine, 'stand-in:1');
  });
  afterAll(() => engine?.stop());

  test('gives the image that needs no registry', { timeout: 900_000 }, async () => {
    const values = ['NODE_IMAGE=stand-in:1', 'VERSION=1.2.3', 'REVISION=0123456789abcdef0123'];
    const build = ['build', '--file', 'deploy/docker/Dockerfile', '--tag', 'built:1', '.'];
    const { status, stderr, stdout } = spawnSync(
      'docker',
      [...build, ...values.flatMap((value) => ['--build-arg', value])],
      {
        cwd: project,
        // The builder that every docker client has.
        env: { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' },
        encoding: 'utf8',
        timeout: 800_000,
      },
    );
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    await runImageScript(engine, 'imported:1');

    const config = async (image: string): Promise<Record<string, unknown>> => {
      const said = JSON.parse(await engine.docker('inspect', '--format', '{{json .Config}}', image)) as Record<
        string,
        unknown
      >;
      return Object.fromEntries(['User', 'Entrypoint', 'Healthcheck', 'ExposedPorts'].map((key) => [key, said[key]]));
    };
    expect(await config('built:1')).toEqual(await config('imported:1'));
    expect(await listImageFiles(engine, 'built:1')).toEqual(await listImageFiles(engine, 'imported:1'));
    expect(await engine.docker('run', '--rm', 'built:1', '--version')).toContain('(commit 0123456789ab, built');
    const labels = await engine.docker('inspect', '--format', '{{json .Config.Labels}}', 'built:1');
    expect(JSON.parse(labels)).toMatchObject({ 'org.opencontainers.image.version': '1.2.3' });
  });
});
