import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeSqliteBench, testFolder, type StoreBench } from '../../src/store/test-kit/bench.ts';
import { onExit } from '../support/exit-hooks.ts';
import { startPostgres } from '../support/postgres.ts';
import { hasRequirements } from '../support/requirements.ts';
import { makePostgresBench } from './postgres-bench.ts';

const program = fileURLToPath(new URL('writer-process.ts', import.meta.url));

/** Starts a server that writes, kills it with -9 once it has said `lines` times that something is stored, and gives all it said. */
async function writeUntilKilled(bench: StoreBench, name: string, data: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, data, bench.options.database, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const forget = onExit(() => child.kill('SIGKILL'));
  const said: string[] = [];
  const output = createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'close'), once(output, 'close')]);
  forget();
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

async function expectNothingLost(bench: StoreBench, stored: readonly string[]): Promise<void> {
  // as a server: the lock of the one that was killed has gone with it
  const store = await bench.open({ role: 'server' });
  const hosts = new Set((await store.hosts.all()).map(({ name }) => name));
  expect(stored.filter((name) => !hosts.has(name))).toEqual([]);
  const batches = await store.batches.after(0, 100_000);
  const ofHosts = new Set(batches.map(({ hostId }) => hostId));
  expect(stored.filter((name) => !ofHosts.has(name))).toEqual([]);
  expect(await store.audit.verify()).toMatchObject({ valid: true, entries: hosts.size });
}

test('a server on SQLite that is killed while it writes loses nothing that it has said is stored', async () => {
  const bench = await makeSqliteBench();
  const stored: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    stored.push(...(await writeUntilKilled(bench, `r${String(round)}`, bench.options.data, 40 + round * 17)));
  }
  await expectNothingLost(bench, stored);
});

describe.skipIf(!hasRequirements('postgresql'))('on PostgreSQL', () => {
  test('two servers that are killed while they write lose nothing, and neither does a database that is', async () => {
    const server = await startPostgres();
    try {
      const bench = await makePostgresBench(server);
      const lost = await Promise.all([
        writeUntilKilled(bench, 'one', bench.options.data, 40),
        writeUntilKilled(bench, 'other', testFolder(), 60),
      ]);
      await server.kill();
      await server.restart();
      await expectNothingLost(bench, lost.flat());
    } finally {
      await server.stop();
    }
  });
});
