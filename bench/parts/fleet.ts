import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startBackground } from '../../test/support/background-process.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { httpGet } from '../../test/support/http-get.ts';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { cpuMs } from '../cpu-time.ts';
import type { Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { anonymousBytes } from '../process-memory.ts';
import { startSimulatedAgent, type SimulatedAgent } from '../simulated-agent.ts';
import { median } from '../statistics.ts';

const agentCount = 200;
const containersEach = 50;
const intervalMs = 15_000;
const program = join(import.meta.dirname, '../../bin/tallyman');

export const fleet: Part = {
  name: 'fleet',
  title: `A server with ${String(agentCount)} simulated agents of ${String(containersEach)} containers each`,
  requirements: [],
  measure,
};

async function* measure({ quick }: BenchContext): AsyncIterable<Figure> {
  await using resources = new AsyncDisposableStack();
  const folder = createTempFolder();
  resources.defer(() => folder.remove());
  const data = join(folder.path, 'data');
  const [port, agentPort] = [await findFreePort(), await findFreePort()];
  const url = `http://127.0.0.1:${String(port)}`;
  const server = startBackground(
    program,
    [
      'server',
      '--listen',
      `127.0.0.1:${String(port)}`,
      '--agent-listen',
      `127.0.0.1:${String(agentPort)}`,
      '--data',
      data,
    ],
    { env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', TALLYMAN_ADMIN_PASSWORD: 'a password of the bench' } },
  );
  resources.defer(async () => void (await server.stop()));
  await waitFor('the server', async () => {
    if (!server.isRunning()) throw new Error(server.output());
    return (await httpGet(`${url}/ready`)).status === 200;
  });
  const { stdout } = await promisify(execFile)(program, [
    'token',
    'create',
    'bench',
    '--role',
    'admin',
    '--data',
    data,
  ]);
  const headers = { authorization: `Bearer ${stdout.trim()}` };

  const agents: SimulatedAgent[] = [];
  resources.defer(() => agents.forEach((agent) => agent.close()));
  for (let index = 0; index < agentCount; index += 1) {
    const host = `host-${String(index)}`;
    const answer = await fetch(`${url}/api/v1/hosts`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: host }),
    });
    const { joinToken, caFingerprint } = (await answer.json()) as { joinToken: string; caFingerprint: string };
    agents.push(
      await startSimulatedAgent({
        server: `https://127.0.0.1:${String(agentPort)}`,
        token: joinToken,
        fingerprint: caFingerprint,
        host,
        containers: containersEach,
        intervalMs,
        phaseMs: (index * 73) % intervalMs,
      }),
    );
  }
  await waitFor('every agent to have delivered', () => agents.every((agent) => agent.stored() > 0), {
    withinMs: 60_000,
  });

  const seconds = quick ? 30 : 120;
  const before = { cpu: cpuMs([server.pid]), stored: sum(agents) };
  await sleep(seconds * 1000);
  const after = { cpu: cpuMs([server.pid]), stored: sum(agents) };
  const delivered = after.stored - before.stored;
  const cpu = (after.cpu - before.cpu) / (seconds * 10);
  yield {
    what: 'CPU of the server, of one core',
    value: cpu,
    unit: 'percent',
    detail: `${String(delivered)} batches in ${String(seconds)} s`,
  };

  const page = await timeOf(`${url}/metrics`, headers, quick ? 5 : 20);
  yield { what: 'GET /metrics', value: page.ms, unit: 'ms', atMost: 300, detail: `${String(page.bytes)} bytes` };
  const all = await timeOf(`${url}/metrics/containers`, headers, quick ? 2 : 5);
  yield { what: 'GET /metrics/containers', value: all.ms, unit: 'ms', detail: `${(all.bytes / 1e6).toFixed(0)} MB` };
  yield { what: "the server's anonymous memory", value: anonymousBytes(server.pid) / 1e6, unit: 'MB', atMost: 512 };
}

function sum(agents: readonly SimulatedAgent[]): number {
  return agents.reduce((total, agent) => total + agent.stored(), 0);
}

/** The median of several answers on one connection, and the size of the last. */
async function timeOf(
  url: string,
  headers: Record<string, string>,
  times: number,
): Promise<{ ms: number; bytes: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const samples: number[] = [];
  let bytes = 0;
  for (let i = 0; i < times; i += 1) {
    const from = performance.now();
    bytes = await new Promise((resolve, reject) => {
      get(url, { agent, headers }, (answer) => {
        let size = 0;
        answer.on('data', (chunk: Buffer) => (size += chunk.length)).on('error', reject);
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(size) : reject(new Error(`status ${String(answer.statusCode)}`)),
        );
      }).on('error', reject);
    });
    samples.push(performance.now() - from);
  }
  agent.destroy();
  return { ms: median(samples), bytes };
}
