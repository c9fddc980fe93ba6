import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engineVersions } from '../support/engine-versions.ts';
import { startEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman } from '../support/tallyman-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

describe.skipIf(!hasRequirements(...engineVersions))('an engine that is replaced by one of another version', () => {
  it.each([
    ['upgrade', engineVersions],
    ['downgrade', engineVersions.toReversed()],
  ])('is followed without a restart: %s', async (_, versions) => {
    const folder = createTempFolder();
    const socket = join(folder.path, 'docker.sock');
    let tallyman: Awaited<ReturnType<typeof startTallyman>> | undefined;
    try {
      for (const version of versions) {
        const engine = await startEngine({ version });
        try {
          symlinkSync(engine.socketPath, `${socket}.new`);
          renameSync(`${socket}.new`, socket);
          tallyman ??= await startTallyman({ env: { DOCKER_HOST: `unix://${socket}` } });
          const running = tallyman;
          const info = await waitFor('the engine to be known', async () => {
            const { exposition } = await running.scrape();
            return (
              exposition.value('exporter_up') === 1 &&
              exposition.find('docker_engine_info', { version: engine.version })[0]
            );
          });
          expect(info.labels['api_version']).toBe(version === '28' ? '1.51' : '1.41');
        } finally {
          engine.stop();
        }
      }
    } finally {
      await tallyman?.stop();
      folder.remove();
    }
  });
});
