import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { startTallyman } from '../../support/tallyman-process.ts';
import { ask, basic } from '../ask.ts';
import { countInFlight, scrapeOnce, startRecordedEngine } from '../engines.ts';
import { listeningPort, startProgram } from '../program-run.ts';
import { provesByFile } from './proof.ts';

interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[] }; node_count: number };
  nodes: number[];
}

interface CpuProfile {
  nodes: { callFrame: { functionName: string } }[];
  samples: number[];
  startTime: number;
  endTime: number;
}

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

export function provePerformance(): void {
  it('0 lets more than a few calls out at a time', async () => {
    await using engine = await startRecordedEngine();
    const inFlight = countInFlight(engine);
    await scrapeOnce(engine.dockerHost, { config: 'performance: { max_concurrent: 0 }' });
    expect(inFlight.most()).toBeGreaterThan(20);
  });

  provesByFile('performance.profiling_enabled');
  it('profiles are served, and read by their formats', async () => {
    await using off = await startTallyman({ env: noEngine });
    expect((await off.get('/debug/profile?seconds=0.1')).status).toBe(404);
    expect((await off.get('/debug/heap')).status).toBe(404);
    await off.stop();

    await using on = await startTallyman({ config: 'performance: { profiling_enabled: true }', env: noEngine });
    const cpu = await on.get('/debug/profile?seconds=0.2');
    expect([cpu.status, cpu.headers['content-type']]).toEqual([200, 'application/json']);
    expect(cpu.headers['content-disposition']).toContain('.cpuprofile"');
    const profile = JSON.parse(cpu.text) as CpuProfile;
    expect(profile.nodes.map(({ callFrame }) => callFrame.functionName)).toContain('(root)');
    expect(profile.samples.length).toBeGreaterThan(0);
    expect(profile.endTime - profile.startTime).toBeGreaterThan(150_000);

    const heap = await on.get('/debug/heap');
    expect(heap.headers['content-disposition']).toContain('.heapsnapshot"');
    const { snapshot, nodes } = JSON.parse(heap.text) as HeapSnapshot;
    expect(nodes).toHaveLength(snapshot.node_count * snapshot.meta.node_fields.length);
    expect(snapshot.node_count).toBeGreaterThan(1000);

    for (const seconds of ['0', '-1', '61', 'x']) {
      expect((await on.get(`/debug/profile?seconds=${seconds}`)).status).toBe(400);
    }
    const both = await Promise.all(['0.3', '0.3'].map((seconds) => on.get(`/debug/profile?seconds=${seconds}`)));
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it('profiles are for the machine itself, or for those who have the password', async () => {
    const profiling = 'performance: { profiling_enabled: true }';
    await using open = startProgram({ config: `server: { port: 0 }\n${profiling}`, env: noEngine });
    const port = await listeningPort(open);
    const url = (host: string): string => `http://${host}:${String(port)}/debug/profile?seconds=0.1`;
    expect((await ask(url('127.0.0.1'))).status).toBe(200);
    expect((await ask(url(ownAddress()))).status).toBe(403);
    expect((await ask(url(ownAddress()).replace(/profile.*/, 'heap'))).status).toBe(403);

    const auth = 'server: { port: 0, auth: { enabled: true, username: ada, password: secret, exempt_health: true } }';
    await using guarded = startProgram({ config: `${auth}\n${profiling}`, env: noEngine });
    const guardedUrl = url(ownAddress()).replace(String(port), String(await listeningPort(guarded)));
    expect((await ask(guardedUrl)).status).toBe(401);
    expect((await ask(guardedUrl, { headers: basic('ada', 'secret') })).status).toBe(200);
  });
}

/** An address of this machine that is none of loopback's; what the machine sends to it does not leave it. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ internal, family }) => !internal && family === 'IPv4');
  if (own === undefined) throw new Error('this machine has no address beside those of loopback');
  return own.address;
}
