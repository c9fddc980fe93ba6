import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { readReports, vulnerabilitiesKind } from './images/image-evaluation.ts';
import { openSupplyBench } from './test-kit/supply-bench.ts';

/** Pushes in a process of its own until it is killed; gives the number of the last report that was acknowledged. */
async function pushUntilKilled(data: string, reports: number): Promise<number> {
  const script = join(import.meta.dirname, 'test-kit/push-forever.ts');
  const child = spawn(process.execPath, [script, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last >= reports) child.kill('SIGKILL');
  }
  await ended;
  return last;
}

test('a server that is killed while it takes reports in loses none it has acknowledged, and keeps no half of one', async () => {
  await using bench = await openSupplyBench();
  await bench.addOrg('acme');
  await bench.store.close();
  for (const reports of [1, 9, 30]) {
    const last = await pushUntilKilled(join(bench.folder, 'data'), reports);
    await bench.restart();
    const rows = await bench.store.images.all('acme');
    const counted = rows.map(({ counts }) => counts?.high ?? 0);
    // What was under way may have been stored, and not acknowledged any more.
    expect([last, last + 1]).toContain(Math.max(...counted));
    for (const row of rows) {
      const stored = await bench.store.reports.of('acme', row.digest);
      expect(stored.map(({ kind }) => kind)).toEqual([vulnerabilitiesKind]);
      expect((await readReports(stored)).vulnerabilities?.findings).toHaveLength(row.counts?.high ?? 0);
      expect(row.fixable).toEqual(row.counts);
      expect(await bench.store.tags.get('acme', row.repository, '1')).toMatchObject({ digest: row.digest });
    }
    expect(await bench.store.audit.verify()).toMatchObject({ valid: true });
    await bench.store.close();
  }
}, 120_000);
