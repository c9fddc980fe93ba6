import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { buildInfo } from '../../base/build-info.ts';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { CloseReason } from '../../protocol/close-codes.ts';
import type { AgentFrame, Hello } from '../../protocol/frames.ts';
import type { Store } from '../../store/store.ts';
import type { SampleIntake } from '../samples/sample-batch.ts';
import type { ServerCounters } from '../server-counters.ts';
import type { Admitted } from './admission.ts';
import { createAgentSocket, type AgentSocket } from './agent-socket.ts';
import { createBeatRecord, type BeatRecord } from './beat-record.ts';
import type { CertificateRenewals } from './certificate-renewals.ts';
import { createConversation } from './conversation.ts';
import { helloMs, silentMs } from './gateway-limits.ts';
import { createHelloRecord } from './hello-record.ts';
import type { InventoryWriter } from './inventory-writer.ts';
import type { PresenceWriter } from './presence-writer.ts';
import type { Refusals } from './refusals.ts';
import { createRoundTrips, type RoundTrips } from './round-trips.ts';
import { createSampleDelivery, type SampleDelivery } from './sample-delivery.ts';

/** What all connections of a gateway share. */
export interface ConnectionParts {
  store: Pick<Store, 'hosts'>;
  intake: SampleIntake;
  counters: ServerCounters;
  refusals: Refusals;
  presences: PresenceWriter;
  inventories: InventoryWriter;
  renewals: CertificateRenewals;
  instanceId: string;
  heartbeatMs: number;
  sampleMs: number;
  /** The labels of containers that agents are to tell. */
  labelNames: () => readonly string[];
  clock: Clock;
  databaseNow: () => number;
  log: Log;
}

/** One agent that is connected. */
export interface AgentConnection {
  readonly id: string;
  readonly hostId: string;
  readonly hostName: string;
  /** Of the certificate it connected with. */
  readonly serial: string;
  readonly certificateNotAfter: number;
  /** By the database's clock; undefined before its hello. */
  connectedAt(): number | undefined;
  end(reason: CloseReason, detail: string): void;
  /** Resolves when it is over. */
  readonly closed: Promise<void>;
}

export interface AgentConnectionOptions {
  ws: WebSocket;
  admitted: Admitted;
  address: string;
  parts: ConnectionParts;
  /** It has said hello, and takes the place of an older connection of its host. Returns when it counts as connected. */
  onHello: (connection: AgentConnection) => number;
}

/** What there is once an agent has said hello. */
interface Open {
  hello: Hello;
  connectedAt: number;
  beats: BeatRecord;
  samples: SampleDelivery;
}

/** Carries the conversation with one agent, from its WebSocket to the parts that deal with what it says. */
export function createAgentConnection(options: AgentConnectionOptions): AgentConnection {
  const { ws, address, parts } = options;
  const { host, certificate } = options.admitted;
  const { clock, counters, databaseNow, heartbeatMs, sampleMs, refusals } = parts;
  const monotonic = (): number => clock.monotonic();
  const log = parts.log.child({ host: host.name });
  const conversation = createConversation();
  const helloRecord = createHelloRecord({ store: parts.store, host, address, log });
  let open: Open | undefined;
  let askedLabels: readonly string[] = [];
  let lastSignAt = monotonic();
  let newest = { notBefore: certificate.notBefore, notAfter: certificate.notAfter };
  let isRenewing = false;
  let endedBy: string | undefined;

  const greet = (hello: Hello): void => {
    const now = databaseNow();
    const connectedAt = options.onHello(connection);
    const beats = createBeatRecord({
      presences: parts.presences,
      hostId: host.id,
      instanceId: parts.instanceId,
      connectionId: connection.id,
      connectedAt,
      agentVersion: hello.version,
      heartbeatMs,
      databaseNow,
      monotonic,
      roundTrip: () => roundTrips.last(),
    });
    const samples = createSampleDelivery({
      host,
      bootId: hello.bootId,
      socket,
      intake: parts.intake,
      counters,
      sampleMs,
      now: databaseNow,
      skewMs: () => beats.skewMs() ?? hello.at - now,
      log,
    });
    open = { hello, connectedAt, beats, samples };
    lastSignAt = monotonic();
    const protocol = conversation.protocol() ?? 1;
    const { version } = buildInfo;
    socket.send({ type: 'welcome', protocol, version, host: host.name, at: Math.round(now), heartbeatMs, sampleMs });
    log.info({ remoteAddress: address, version: hello.version, protocol }, 'an agent has connected');
    void helloRecord.write(hello);
  };

  /** Told only when they are others than before. */
  const labelsAsked = (): { labels?: string[] } => {
    const names = parts.labelNames();
    if (names.join('\n') === askedLabels.join('\n')) return {};
    askedLabels = names;
    return { labels: [...names] };
  };

  const handle = (frame: Exclude<AgentFrame, Hello>, { hello, beats, samples }: Open): void => {
    if (frame.type === 'heartbeat') {
      lastSignAt = monotonic();
      const at = beats.take(frame, newest);
      socket.send({ type: 'heard', seq: frame.seq, at, ...labelsAsked() });
      void helloRecord.write(hello);
    } else if (frame.type === 'inventory') parts.inventories.offer(host.id, frame.containers);
    else if (frame.type === 'samples') samples.take(frame);
    else void renew(frame.id, frame.csr);
  };

  const renew = async (id: number, csr: string): Promise<void> => {
    if (isRenewing) return socket.send({ type: 'reply', id, error: 'another renewal is under way' });
    isRenewing = true;
    try {
      const renewed = await parts.renewals.renew(host, certificate.serial, csr);
      if (typeof renewed === 'string') return socket.send({ type: 'reply', id, error: renewed.slice(0, 1024) });
      newest = renewed;
      log.info({ notAfter: new Date(renewed.notAfter).toISOString() }, "an agent's certificate was renewed");
      socket.send({ type: 'reply', id, certificate: renewed.chain });
    } catch (error) {
      log.warn(`an agent's certificate cannot be renewed now: ${errorText(error)}`);
      socket.send({ type: 'reply', id, error: 'the server cannot renew certificates at this moment' });
    } finally {
      isRenewing = false;
    }
  };

  const socket: AgentSocket = createAgentSocket(ws, clock, {
    onMessage(text) {
      const frame = conversation.take(text);
      if (frame?.type === 'hello') greet(frame);
      else if (frame !== undefined && open !== undefined) handle(frame, open);
    },
    onBreach(breach) {
      if (breach.cause !== undefined) log.error({ err: breach.cause }, 'a message of an agent could not be dealt with');
      refusals.add(breach.refusal, address, breach.message, host.name);
      endedBy ??= breach.message;
    },
    onThrottled: () => refusals.add('flood', address, 'it sends more than its share and has to wait', host.name),
  });
  ws.on('ping', () => socket.charge());
  ws.on('pong', () => socket.charge());
  const roundTrips: RoundTrips = createRoundTrips({
    ws,
    clock,
    everyMs: heartbeatMs,
    onRoundTrip: (seconds) => counters.roundTrip(host.name, seconds),
  });

  const silent = (detail: string): void => {
    if (!socket.isEnded()) refusals.add('silent', address, detail, host.name);
    connection.end('silent', detail);
  };
  const helloTimer = setTimeout(() => {
    if (open === undefined) silent('there was no hello');
  }, helloMs);
  const patienceMs = Math.max(4 * heartbeatMs, silentMs);
  const listening = setInterval(() => {
    if (open !== undefined && monotonic() - lastSignAt > patienceMs) silent('there was no heartbeat');
  }, patienceMs / 4);

  const closed = new Promise<void>((resolve) => {
    ws.once('close', (code) => {
      clearTimeout(helloTimer);
      clearInterval(listening);
      roundTrips.stop();
      if (open !== undefined) log.info({ code, reason: endedBy ?? 'the agent went' }, 'an agent has disconnected');
      resolve();
    });
  });

  const connection: AgentConnection = {
    id: randomUUID(),
    hostId: host.id,
    hostName: host.name,
    serial: certificate.serial,
    certificateNotAfter: certificate.notAfter,
    connectedAt: () => open?.connectedAt,
    end(reason, detail) {
      endedBy ??= detail;
      socket.end(reason, detail);
    },
    closed,
  };
  return connection;
}
