import { decodeFrame, encodeFrame, type WireMessage } from '../../protocol/frame-codec.ts';
import {
  agentFrameSchema,
  type AgentFrame,
  type Heartbeat,
  type Hello,
  type Inventory,
  type SamplesFrame,
  type ServerFrame,
  type Welcome,
} from '../../protocol/frames.ts';

/** What a connection looks like from the server's side. */
export interface AgentSide {
  send(message: WireMessage): void;
  close(code: number, reason: string): void;
}

/** A batch as it arrived, its label sets spelt out. */
export interface ArrivedBatch {
  bootId: string;
  number: number;
  at: number;
  series: Record<string, number>;
}

/**
 * A server that keeps the protocol strictly, remembers all it hears and can be told to behave in other ways. It knows
 * nothing of networks: see memory-network.ts and tls-server.ts.
 */
export interface StandInServer {
  readonly hellos: Hello[];
  readonly heartbeats: Heartbeat[];
  readonly inventories: Inventory[];
  /** Each batch once, in the order of their first arrival. */
  readonly batches: ArrivedBatch[];
  /** Batches that had arrived before. */
  readonly repeated: number[];
  /** What agents did against the protocol. */
  readonly faults: string[];
  welcome: Partial<Welcome>;
  /** Whether heartbeats are answered. */
  hears: boolean;
  /** What becomes of a batch. */
  storing: (number: number) => 'stored' | 'rejected' | 'silence';
  /** What a renewal is answered with; undefined: nothing. */
  renewing: (csr: string) => Promise<{ certificate: string } | { error: string } | undefined>;
  /** How many are connected. */
  connected(): number;
  /** Sends to everyone. */
  tell(frame: ServerFrame): void;
  closeAll(code: number): void;
  accept(agent: AgentSide): { onMessage(message: WireMessage): void; onEnd(): void };
}

const types: ReadonlySet<string> = new Set(agentFrameSchema.options.map((option) => option.shape.type.value as string));

export function createStandInServer(): StandInServer {
  const agents = new Set<AgentSide>();
  const seen = new Set<string>();

  const server: StandInServer = {
    hellos: [],
    heartbeats: [],
    inventories: [],
    batches: [],
    repeated: [],
    faults: [],
    welcome: {},
    hears: true,
    storing: () => 'stored',
    renewing: () => Promise.resolve({ error: 'not here' }),
    connected: () => agents.size,
    tell(frame) {
      for (const agent of agents) agent.send(encodeFrame(frame));
    },
    closeAll(code) {
      for (const agent of agents) agent.close(code, 'the test says so');
    },
    accept(agent) {
      const labels = new Map<number, string>();
      let lastSeq = 0;
      let bootId: string | undefined;
      agents.add(agent);
      const answer = (frame: ServerFrame): void => agent.send(encodeFrame(frame));

      const greet = (hello: Hello): void => {
        bootId = hello.bootId;
        server.hellos.push(hello);
        const usual = { protocol: 1, version: '1.0.0', host: 'web-1', at: 0, heartbeatMs: 15_000, sampleMs: 15_000 };
        answer({ type: 'welcome', ...usual, ...server.welcome });
      };

      const take = (frame: SamplesFrame): void => {
        for (const [ref, text] of frame.labels) labels.set(ref, text);
        const series: Record<string, number> = {};
        for (const { name, refs, values } of frame.families) {
          refs.forEach((ref, index) => {
            const text = labels.get(ref);
            if (text === undefined) server.faults.push(`label set ${String(ref)} was never named`);
            series[`${name}{${text ?? ''}}`] = values[index] ?? Number.NaN;
          });
        }
        const key = `${bootId ?? ''} ${String(frame.batch)}`;
        const outcome = server.storing(frame.batch);
        if (outcome !== 'silence') {
          if (seen.has(key)) server.repeated.push(frame.batch);
          else server.batches.push({ bootId: bootId ?? '', number: frame.batch, at: frame.at, series });
          seen.add(key);
        }
        if (outcome === 'stored') answer({ type: 'stored', batch: frame.batch });
        if (outcome === 'rejected') answer({ type: 'rejected', batch: frame.batch, reason: 'the test says so' });
      };

      const hear = (frame: AgentFrame): void => {
        if (frame.seq !== lastSeq + 1) server.faults.push(`seq ${String(frame.seq)} after ${String(lastSeq)}`);
        lastSeq = frame.seq;
        if ((frame.type === 'hello') !== (bootId === undefined)) server.faults.push(`${frame.type} out of order`);
        switch (frame.type) {
          case 'hello':
            greet(frame);
            return;
          case 'heartbeat':
            server.heartbeats.push(frame);
            if (server.hears) answer({ type: 'heard', seq: frame.seq, at: 0 });
            return;
          case 'inventory':
            server.inventories.push(frame);
            return;
          case 'samples':
            take(frame);
            return;
          case 'request':
            void server.renewing(frame.csr).then((outcome) => {
              if (outcome !== undefined) answer({ type: 'reply', id: frame.id, ...outcome });
              return outcome;
            });
        }
      };

      return {
        onMessage(message) {
          try {
            const frame = decodeFrame(agentFrameSchema, types, message);
            if (frame !== undefined) hear(frame);
          } catch (error) {
            server.faults.push(String(error));
          }
        },
        onEnd: () => void agents.delete(agent),
      };
    },
  };
  return server;
}
