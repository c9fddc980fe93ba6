import type { WireMessage } from '../../protocol/frame-codec.ts';
import type { Dial, LinkEnd } from '../link.ts';
import type { Timers } from '../timers.ts';
import type { AgentSide, StandInServer } from './stand-in-server.ts';

/** Connections in memory, in simulated time. */
export interface MemoryNetwork {
  dial: Dial;
  /** Every address that was dialled, in order. */
  readonly dialled: string[];
  /** up: connections work; down: nobody answers at once; silent: messages, and attempts, go nowhere. */
  state: 'up' | 'down' | 'silent';
  /** What becomes of the next attempts instead; a connection that is refused ends with it. */
  refuse: ((server: string) => Partial<LinkEnd> | undefined) | undefined;
  /** Breaks what is open, without a word. */
  cut(): void;
}

/** One way. */
const latencyMs = 5;

export function createMemoryNetwork(timers: Timers, servers: (address: string) => StandInServer): MemoryNetwork {
  const breaks = new Set<() => void>();
  const network: MemoryNetwork = {
    dialled: [],
    state: 'up',
    refuse: undefined,
    cut() {
      for (const one of breaks) one();
    },
    dial(address, events) {
      network.dialled.push(address);
      let phase: 'connecting' | 'open' | 'ended' = 'connecting';
      let remote: ReturnType<StandInServer['accept']> | undefined;
      const travel = (task: () => void): void => void timers.after(latencyMs, task);
      const end = (why: LinkEnd): void => {
        if (phase === 'ended') return;
        phase = 'ended';
        breaks.delete(cut);
        remote?.onEnd();
        travel(() => events.onEnd(why));
      };
      const cut = (): void => end({ code: 1006, reason: 'the test has cut it' });
      const agentSide: AgentSide = {
        send: (message: WireMessage) =>
          travel(() => {
            if (phase === 'open' && network.state !== 'silent') events.onMessage(message);
          }),
        close: (code, reason) => travel(() => end({ code, reason })),
      };
      breaks.add(cut);
      travel(() => {
        const refusal = network.refuse?.(address);
        if (refusal !== undefined) return end({ code: 1006, reason: 'refused', ...refusal });
        if (network.state === 'down') return end({ code: 1006, reason: 'nobody answers' });
        if (network.state === 'silent' || phase === 'ended') return;
        phase = 'open';
        remote = servers(address).accept(agentSide);
        events.onOpen();
      });
      return {
        send: (message) =>
          travel(() => {
            if (phase === 'open' && network.state !== 'silent') remote?.onMessage(message);
          }),
        queued: () => 0,
        close(code, reason) {
          if (network.state !== 'silent') travel(() => end({ code, reason }));
        },
        destroy: () => end({ code: 1006, reason: 'broken off' }),
      };
    },
  };
  return network;
}
