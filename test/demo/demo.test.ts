import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpGet } from '../support/http-get.ts';
import { listProcesses, readProcFile } from '../support/processes.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';

const script = new URL('../../scripts/demo.ts', import.meta.url).pathname;

describe.skipIf(!hasRequirements('20.10', 'prometheus'))('make demo', () => {
  it('shows containers that are well and others that are not, and leaves nothing behind on Ctrl-C', async () => {
    // A process group of its own: a terminal sends Ctrl-C to the whole group.
    const demo = spawn(process.execPath, [script], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const ended = once(demo, 'exit');
    try {
      await waitFor('the addresses', () => output.includes('Ctrl-C ends it') || demo.exitCode !== null);
      const [metrics = '', prometheus = ''] = [...output.matchAll(/http:\/\/localhost:\d+/g)].map(([url]) => url);
      const engineFolder = dirname(/DOCKER_HOST=unix:\/\/(\S+)/.exec(output)?.[1] ?? '');
      expect(existsSync(engineFolder)).toBe(true);

      const ask = async (query: string): Promise<string> =>
        (await httpGet(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)).text;
      await waitFor('an unhealthy container in Prometheus', async () =>
        (await ask('container_health_status == 3')).includes('sick-unhealthy'),
      );
      expect((await httpGet(`${metrics}/metrics`)).text).toContain('container_name="shop-web-1"');

      process.kill(-(demo.pid ?? 0), 'SIGINT');
      expect((await ended)[0]).toBe(0);
      expect(existsSync(engineFolder)).toBe(false);
      const left = listProcesses().filter(({ pid }) =>
        readProcFile(`/proc/${String(pid)}/cmdline`).includes(engineFolder),
      );
      expect(left).toEqual([]);
    } finally {
      if (demo.exitCode === null) demo.kill('SIGTERM');
      await ended;
    }
  });
});
