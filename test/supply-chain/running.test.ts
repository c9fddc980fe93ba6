import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { removeContainers, runContainer } from '../support/containers.ts';
import { startFleetAgent, startFleetServer, type FleetServerProcess } from '../support/fleet-processes.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';

const cleanups: (() => unknown)[] = [];
const report = join(import.meta.dirname, '../fixtures/reports/trivy-packages.json');

describe.skipIf(!hasRequirements('28'))('environments of what runs', () => {
  let server: FleetServerProcess;
  let engine: PrivateEngine;

  beforeAll(async () => {
    server = await startFleetServer({ env: { TALLYMAN_HEARTBEAT_INTERVAL: '1s', TALLYMAN_SAMPLE_INTERVAL: '2s' } });
    cleanups.push(() => server.remove());
    engine = await startEngine({ version: '28' });
    cleanups.push(() => engine.stop());
    await importBusybox(engine, 'bb:1');
    const joinLine = (await server.cli(['host', 'add', 'dock'])).stdout.trim();
    const agent = await startFleetAgent({ joinLine, engine: engine.host });
    cleanups.push(() => agent.remove());
    await server.cli(['org', 'create', 'shop', '--owner', 'admin']);
    await server.cli(['report', 'push', report, '--image', 'bb:1', '--org', 'shop']);
  });
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const imagesOf = async (name: string): Promise<number> => {
    const { stdout } = await server.cli(['env', 'list', '--org', 'shop', '--json']);
    const { items } = JSON.parse(stdout) as { items: { name: string; images: unknown[] }[] };
    return items.find((one) => one.name === name)?.images.length ?? 0;
  };

  it.each([
    ['on-host', ['--host', 'dock']],
    ['in-stack', ['--stack', 'store']],
    ['by-label', ['--label', 'com.example.tier=web']],
  ])('%s: an image is there while it runs', async (name, rule) => {
    await server.cli(['env', 'auto', name, ...rule, '--org', 'shop']);
    expect(await imagesOf(name)).toBe(0);
    const labels = ['--label', 'com.docker.compose.project=store', '--label', 'com.example.tier=web'];
    await runContainer(engine, 'web', { flags: labels });
    await waitFor('the image to be in it', async () => (await imagesOf(name)) === 1, { everyMs: 500 });
    await removeContainers(engine, 'web');
    await waitFor('the image to have left', async () => (await imagesOf(name)) === 0, { everyMs: 500 });
  });
});
