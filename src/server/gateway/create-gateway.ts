import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { listen } from '../../http/listen.ts';
import { connectPath } from '../../protocol/enrollment.ts';
import { messageBytes } from '../../protocol/limits.ts';
import type { Store } from '../../store/store.ts';
import type { Authority } from '../ca/authority.ts';
import type { SampleIntake } from '../samples/sample-batch.ts';
import type { ServerCounters } from '../server-counters.ts';
import { admit } from './admission.ts';
import { createAgentConnection, type AgentConnection, type ConnectionParts } from './agent-connection.ts';
import { createCertificateRenewals } from './certificate-renewals.ts';
import { closeListener, within } from './close-listener.ts';
import { createConnectedAgents } from './connected-agents.ts';
import { createDatabaseClock } from './database-clock.ts';
import { denied, denyUpgrade } from './denial.ts';
import { createEnrollmentListener } from './enrollment-listener.ts';
import { connectionsOfHost, handshakeMs } from './gateway-limits.ts';
import { createInventoryWriter } from './inventory-writer.ts';
import { peerAddress } from './peer-address.ts';
import { createPresenceWriter } from './presence-writer.ts';
import { createRefusals } from './refusals.ts';
import { watchRights } from './rights-watch.ts';
import { createServerCertificate } from './server-certificate.ts';
import { createTlsListener, type TlsListener } from './tls-listener.ts';

export interface GatewayOptions {
  store: Store;
  authority: Authority;
  intake: SampleIntake;
  counters: ServerCounters;
  /** This start of the server, as in the store's instances. */
  instanceId: string;
  address: string;
  port: number;
  heartbeatMs: number;
  sampleMs: number;
  agentCertificateMs: number;
  serverCertificateMs: number;
  /** The labels of containers that agents are to tell; none when left out. */
  labelNames?: () => readonly string[];
  clock: Clock;
  log: Log;
}

/** Where agents join and connect. */
export interface Gateway {
  /** Rejects with a TallymanError when the address cannot be taken, or the store does not answer; nothing runs then. */
  start(): Promise<{ address: string; port: number }>;
  /** Sends the agents elsewhere and writes what was heard; ends within the deadline. Can be called twice, and before start. */
  stop(deadlineMs: number): Promise<void>;
  /** Ends the connections of a host whose right was taken, at once; other servers notice within seconds. */
  cutHost(hostId: string): void;
  /** Agents that are connected and have said hello. */
  connections(): number;
  /** Unix milliseconds; 0 before the start. */
  serverCertificateNotAfter(): number;
}

const agentListen = { address: '--agent-listen', port: '--agent-listen' };

export function createGateway(options: GatewayOptions): Gateway {
  const { store, authority, counters, clock, log } = options;
  const refusals = createRefusals({ counters, clock, log });
  const agents = createConnectedAgents();
  const databaseClock = createDatabaseClock({ store, clock, log });
  const databaseNow = (): number => databaseClock.now();
  const monotonic = (): number => clock.monotonic();
  const enrolling = { store, authority, lifetimeMs: options.agentCertificateMs };
  const webSockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: messageBytes, perMessageDeflate: false, clientTracking: false },
  });
  let listener: TlsListener | undefined;
  const certificate = createServerCertificate({
    ...{ store, authority, lifetimeMs: options.serverCertificateMs, clock, log },
    onRenewed: (pair) => listener?.use(pair),
  });
  let parts: ConnectionParts | undefined;
  const stopParts: ((deadlineMs: number) => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;

  const cutHost = (hostId: string): void => {
    parts?.presences.forget(hostId);
    parts?.inventories.forget(hostId);
    for (const connection of agents.ofHost(hostId)) connection.end('revoked', 'the certificate was revoked');
  };

  const onUpgrade = (request: IncomingMessage, socket: TLSSocket, head: Buffer): void => {
    const address = peerAddress(socket);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(handshakeMs, () => socket.destroy());
    upgrade(request, socket, head, address).catch((error: unknown) => {
      log.error({ remoteAddress: address }, `an agent could not connect: ${errorText(error)}`);
      refusals.add('unavailable', address, 'the server cannot take agents at this moment');
      denyUpgrade(socket, denied('CONNECT_UNAVAILABLE', 503, 'the server cannot take agents at this moment', 5));
    });
  };

  const upgrade = async (request: IncomingMessage, socket: TLSSocket, head: Buffer, address: string): Promise<void> => {
    if ((request.url ?? '').split('?')[0] !== connectPath) {
      refusals.add('bad_request', address, 'there is no such path');
      return denyUpgrade(socket, denied('CONNECT_PATH_UNKNOWN', 404, `agents connect at ${connectPath}`));
    }
    const admitted = await admit(socket, { store, authority, now: databaseNow() });
    if ('denial' in admitted) {
      refusals.add(admitted.refusal, address, admitted.denial.detail, admitted.host);
      return denyUpgrade(socket, admitted.denial);
    }
    if (agents.ofHost(admitted.host.id).length >= connectionsOfHost) {
      const detail = 'this host has too many connections that have said nothing yet';
      refusals.add('too_many_connections', address, detail, admitted.host.name);
      return denyUpgrade(socket, denied('CONNECT_TOO_OFTEN', 429, detail, 10));
    }
    const shared = parts;
    if (shared === undefined || stopping !== undefined || socket.destroyed) return void socket.destroy();
    socket.setTimeout(0);
    listener?.admitted(socket);
    webSockets.handleUpgrade(request, socket, head, (ws) => {
      const onHello = (greeted: AgentConnection): number =>
        agents.greet(greeted, Math.max(databaseNow(), admitted.newestAt + 1));
      agents.add(createAgentConnection({ ws, admitted, address, parts: shared, onHello }));
    });
  };

  const startParts = async (): Promise<{ address: string; port: number }> => {
    await databaseClock.start();
    stopParts.push(() => databaseClock.stop());
    const pair = await certificate.start();
    stopParts.push(() => certificate.stop());
    const presences = createPresenceWriter({ store, log });
    stopParts.push(() => presences.stop());
    const inventories = createInventoryWriter({ store, clock, log });
    stopParts.push(() => inventories.stop());
    const renewals = createCertificateRenewals({ ...enrolling, monotonic });
    const { intake, instanceId, heartbeatMs, sampleMs } = options;
    parts = {
      ...{ store, intake, counters, refusals, presences, inventories, renewals },
      ...{ instanceId, heartbeatMs, sampleMs, clock, databaseNow, log },
      labelNames: options.labelNames ?? (() => []),
    };
    const onRequest = createEnrollmentListener({ enrolling, databaseNow, monotonic, refusals, onNewKey: cutHost, log });
    const opened = createTlsListener({
      ...{ pair, ca: authority.certificatePem, onRequest, onUpgrade, refusals },
    });
    listener = opened;
    stopParts.push((deadlineMs) => closeListener(opened, agents.all(), deadlineMs));
    const bound = await listen(opened.server, options.address, options.port, agentListen);
    const rights = watchRights({ store, agents, refusals, databaseNow, log });
    stopParts.push(() => rights.stop());
    return bound;
  };

  const stop = async (deadlineMs: number): Promise<void> => {
    const until = clock.monotonic() + deadlineMs;
    for (const part of stopParts.splice(0).toReversed()) {
      const leftMs = Math.max(0, until - clock.monotonic());
      await within(leftMs, part(leftMs));
    }
  };

  return {
    async start() {
      try {
        return await startParts();
      } catch (error) {
        await stop(1000);
        throw error;
      }
    },
    stop(deadlineMs) {
      stopping ??= stop(deadlineMs);
      return stopping;
    },
    cutHost,
    connections: () => agents.greeted(),
    serverCertificateNotAfter: () => certificate.notAfter(),
  };
}
