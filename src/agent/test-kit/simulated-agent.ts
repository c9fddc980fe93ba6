import { silentLog } from '../../base/log.ts';
import { createAgent, type Agent } from '../create-agent.ts';
import type { Identity } from '../state/identity.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { createAgentKey, createCertificateRequest } from '../certificate-request.ts';
import { createPrivateKey } from 'node:crypto';
import { createTestAuthority, type TestAuthority } from './certificates.ts';
import { createMemoryNetwork, type MemoryNetwork } from './memory-network.ts';
import { createSimulatedTime, type SimulatedTime } from './simulated-time.ts';
import { createStandInServer, type StandInServer } from './stand-in-server.ts';
import { createStillEngine, type StillEngine } from './still-engine.ts';

export interface SimulatedAgent {
  time: SimulatedTime;
  engine: StillEngine;
  server: StandInServer;
  network: MemoryNetwork;
  agent: Agent;
  authority: TestAuthority;
  /** The certificate that the agent would start with now. */
  saved: () => Identity;
  /** Whether the state says that it was revoked. */
  isRevoked: () => boolean;
  stop(): Promise<void>;
}

/** An agent that has joined, with an engine, a network and a server in simulated time; not started yet. */
export async function createSimulatedAgent(
  options: { lifetimeMs?: number; servers?: readonly string[]; random?: () => number } = {},
): Promise<SimulatedAgent> {
  const time = createSimulatedTime(Math.floor(Date.now() / 1000) * 1000);
  const authority = await createTestAuthority();
  const key = createAgentKey();
  const lifetime = {
    notBefore: new Date(time.now()),
    notAfter: new Date(time.now() + (options.lifetimeMs ?? 90 * 86_400_000)),
  };
  const certificate = await authority.agent(createCertificateRequest(createPrivateKey(key)), lifetime);
  let saved: Identity = {
    host: { id: 'host-1', name: 'web-1' },
    servers: options.servers ?? ['https://one:8443'],
    certificate,
    key,
    authorities: [authority.certificate],
  };
  let revoked = false;
  let nextKey = '';
  const state: Pick<StateFolder, 'nextKey' | 'switchToNext' | 'markRevoked' | 'close'> = {
    nextKey() {
      nextKey = createAgentKey();
      return nextKey;
    },
    switchToNext(next, authorities) {
      saved = { ...saved, certificate: next, key: nextKey, authorities };
    },
    markRevoked() {
      revoked = true;
    },
    close: () => undefined,
  };
  const server = createStandInServer();
  const network = createMemoryNetwork(time, () => server);
  const engine = createStillEngine(time);
  const agent = createAgent({
    engine,
    start: { identity: saved },
    state: state as StateFolder,
    exporter: undefined,
    log: silentLog(),
    clock: time,
    timers: time,
    random: options.random ?? (() => 0.5),
    dial: () => (address, events) => network.dial(address, events),
  });
  return {
    time,
    engine,
    server,
    network,
    agent,
    authority,
    saved: () => saved,
    isRevoked: () => revoked,
    async stop() {
      const stopped = agent.stop(4000);
      await time.advance(4000);
      await stopped;
    },
  };
}
