import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { httpGet } from '../support/http-get.ts';
import { listProcesses, readProcFile } from '../support/processes.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';

const script = new URL('../../scripts/scout-demo.ts', import.meta.url).pathname;

describe.skipIf(!hasRequirements('prometheus'))('make scout-demo', () => {
  it('shows images in two environments, and leaves nothing behind on Ctrl-C', async () => {
    // A process group of its own: a terminal sends Ctrl-C to the whole group.
    const demo = spawn(process.execPath, [script], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const ended = once(demo, 'exit');
    try {
      await waitFor('the addresses', () => output.includes('Ctrl-C ends it') || demo.exitCode !== null, {
        withinMs: 90_000,
      });
      expect(output).toContain('in the environments production and staging');
      const [, data = ''] = /--data (\S+)/.exec(output) ?? [];
      expect(existsSync(data)).toBe(true);

      const [, prometheus = ''] = /Alerts +(\S+)\/alerts/.exec(output) ?? [];
      const ask = async (query: string): Promise<string> =>
        (await httpGet(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)).text;
      for (const stream of ['production', 'staging', 'latest-indexed']) {
        await waitFor(`${stream} in Prometheus`, async () =>
          (await ask(`sum(scout_stream_vulnerabilities{job="acme", streamName="${stream}"}) > 0`)).includes('"value"'),
        );
      }
      const [, token = '', metrics = ''] = /Bearer (\S+)' (\S+)/.exec(output) ?? [];
      expect((await httpGet(metrics, { headers: { authorization: `Bearer ${token}` } })).text).toContain(
        'scout_policy_evaluated_images{',
      );

      process.kill(-(demo.pid ?? 0), 'SIGINT');
      expect((await ended)[0]).toBe(0);
      expect(existsSync(data)).toBe(false);
      const left = listProcesses().filter(({ pid }) => readProcFile(`/proc/${String(pid)}/cmdline`).includes(data));
      expect(left).toEqual([]);
    } finally {
      if (demo.exitCode === null) demo.kill('SIGTERM');
      await ended;
    }
  });
});
