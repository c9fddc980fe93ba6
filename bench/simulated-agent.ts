import { randomBytes } from 'node:crypto';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { createAgentKey } from '../src/agent/certificate-request.ts';
import { enroll } from '../src/agent/enrollment.ts';
import { connectPath } from '../src/protocol/enrollment.ts';
import { encodeFrame } from '../src/protocol/frame-codec.ts';
import { containerFamilies } from './simulated-containers.ts';

export interface SimulatedAgent {
  /** Batches that the server has acknowledged. */
  stored(): number;
  close(): void;
}

export interface SimulatedAgentOptions {
  /** `https://127.0.0.1:8443` */
  server: string;
  token: string;
  fingerprint: string;
  host: string;
  containers: number;
  intervalMs: number;
  /** How long after the connection the first interval begins: agents do not all start at one moment. */
  phaseMs: number;
}

/** Joins as a host and says of many containers what a real agent would: heartbeats, an inventory, batches of samples. */
export async function startSimulatedAgent(options: SimulatedAgentOptions): Promise<SimulatedAgent> {
  const key = createAgentKey();
  const { server, token, fingerprint } = options;
  const signal = AbortSignal.timeout(30_000);
  const { certificate, ca } = await enroll({ server, token, fingerprint, key, now: Date.now(), signal });
  const ws = new WebSocket(`wss://${new URL(server).host}${connectPath}`, {
    perMessageDeflate: false,
    // The server is the one that has just answered with its CA's certificate; its name is not looked at.
    createConnection: () =>
      connect({
        host: '127.0.0.1',
        port: Number(new URL(server).port),
        key,
        cert: certificate,
        ca,
        checkServerIdentity: () => undefined,
      }),
  });
  let seq = 0;
  let batch = 0;
  let stored = 0;
  const send = (frame: object): void => {
    seq += 1;
    ws.send(encodeFrame({ ...frame, seq, at: Date.now() }));
  };
  const timers: NodeJS.Timeout[] = [];
  const families = containerFamilies(options.host, options.containers);

  const beat = (): void => {
    send({ type: 'heartbeat', engine: { reachable: true, version: '28.5.2' } });
    batch += 1;
    send({ type: 'samples', batch, labels: batch === 1 ? families.labels : [], families: families.next() });
  };
  await new Promise<void>((resolve, reject) => {
    ws.on('error', reject);
    ws.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'stored') stored += 1;
      if (type === 'welcome') resolve();
    });
    ws.on('open', () =>
      send({
        type: 'hello',
        protocol: { oldest: 1, newest: 1 },
        version: '0.1.0',
        bootId: randomBytes(16).toString('hex'),
      }),
    );
  });
  send({ type: 'inventory', containers: families.inventory });
  timers.push(
    setTimeout(() => {
      beat();
      timers.push(setInterval(beat, options.intervalMs));
    }, options.phaseMs),
  );
  return {
    stored: () => stored,
    close() {
      for (const timer of timers) clearTimeout(timer);
      ws.terminate();
    },
  };
}
