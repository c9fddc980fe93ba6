import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { testFolder } from '../../src/store/test-kit/bench.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';

/** A file system of its own, of so many KiB. */
async function mountSmall(kib: number): Promise<string> {
  const folder = join(testFolder(), 'small');
  mkdirSync(folder);
  const env = process.env;
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${String(kib)}k`, 'tmpfs', folder], { env });
  onTestFinished(async () => {
    await runCommand('umount', ['-l', folder], { env });
  });
  return folder;
}

describe.skipIf(!hasRequirements('mount'))('a full disk', () => {
  test('is told, nothing is half-written, and the store goes on when there is room', async () => {
    const data = await mountSmall(3000);
    const store = await openStore({ data, database: '', role: 'server', secret: undefined, log: silentLog() });
    try {
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      let number = 0;
      const fill = async (): Promise<void> => {
        for (;;) {
          number += 1;
          const data = new Uint8Array(60_000);
          await store.transaction(async (tables) => {
            await tables.audit.append({ actor: 'local', action: 'x', target: String(number), detail: {} });
            const batch = { hostId: 'h1', bootId: 'b', number, at: number, isLate: false, instanceId: 'i', data };
            await tables.batches.add([batch]);
          });
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'STORE_FULL' });
      expect(number).toBeGreaterThan(3);
      const batches = (await store.batches.after(0, 10_000)).length;
      expect(batches).toBe(number - 1);
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: batches });
      await runCommand('mount', ['-o', 'remount,size=20000k', data], { env: process.env });
      await store.audit.append({ actor: 'local', action: 'x', target: '', detail: {} });
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: batches + 1 });
    } finally {
      await store.close();
    }
  });

  test('at the first start is told, and the next start with room works', async () => {
    const data = await mountSmall(40);
    const options = { data, database: '', role: 'server', secret: undefined, log: silentLog() } as const;
    await expect(openStore(options)).rejects.toMatchObject({ code: 'STORE_FULL' });
    await runCommand('mount', ['-o', 'remount,size=20000k', data], { env: process.env });
    const store = await openStore(options);
    expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 0 });
    await store.close();
  });

  test('a folder that cannot be written is told', async () => {
    const data = await mountSmall(4000);
    await runCommand('mount', ['-o', 'remount,ro', data], { env: process.env });
    const options = { data, database: '', role: 'tool', secret: undefined, log: silentLog() } as const;
    await expect(openStore(options)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(openStore({ ...options, role: 'server' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
