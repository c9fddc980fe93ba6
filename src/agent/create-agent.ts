import { randomBytes } from 'node:crypto';
import { buildInfo } from '../base/build-info.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { errorText, TallymanError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { exporterMetrics } from '../collectors/exporter-metrics.ts';
import type { ObservedEngine } from '../exporter/create-exporter.ts';
import { encodeFrame } from '../protocol/frame-codec.ts';
import { protocolVersions, type Hello } from '../protocol/frames.ts';
import { keptBytes, keptMs, sampleMs } from '../protocol/limits.ts';
import type { AgentFigures } from './agent-metrics.ts';
import { toPlainBatch } from './batch.ts';
import { createBatchStore } from './batch-store.ts';
import { validityOf } from './certificates.ts';
import { createConnection, type Connection } from './connection.ts';
import { createConversation, type AgentConversation } from './conversation.ts';
import { createDelivery } from './delivery.ts';
import { createDial } from './dial.ts';
import { createDropCounts } from './drop-counts.ts';
import { createInventoryWatch } from './inventory-watch.ts';
import { join, type JoinLine } from './join.ts';
import type { Dial } from './link.ts';
import { createRenewal } from './renewal.ts';
import { createSampler } from './sampler.ts';
import type { Identity } from './state/identity.ts';
import type { StateFolder } from './state/state-folder.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface AgentOptions {
  engine: ObservedEngine;
  /** Who the agent is, or how it becomes somebody. */
  start: { identity: Identity } | { line: JoinLine };
  state: StateFolder;
  /** Where its exporter listens. */
  exporter: Hello['exporter'];
  log: Log;
  clock?: Clock;
  timers?: Timers;
  random?: () => number;
  /** How servers are reached; by default over TLS. */
  dial?: (identity: () => Identity) => Dial;
}

/** The agent beside its exporter: it joins the fleet, keeps a connection to it and sends what the exporter knows. */
export interface Agent {
  start(): void;
  /** Ends the connection in order and leaves nothing running; the state folder is free then. */
  stop(deadlineMs: number): Promise<void>;
  /** Resolves when the agent cannot go on, with the reason; never when it is stopped. */
  readonly ended: Promise<TallymanError>;
  figures(): AgentFigures;
}

/** The agent's own metrics are about its connection, and of no use at the other end. */
const sentFamilies: ReadonlySet<string> = new Set(exporterMetrics.map(({ name }) => name));

export function createAgent(options: AgentOptions): Agent {
  const { engine, state, log, clock = systemClock, timers = systemTimers, random = Math.random } = options;
  const bootId = randomBytes(16).toString('hex');
  const drops = createDropCounts();
  const store = createBatchStore({ keptMs, keptBytes, drops, clock });
  const stopping = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<TallymanError>();
  let identity: Identity | undefined = 'identity' in options.start ? options.start.identity : undefined;
  let connection: Connection | undefined;
  let conversation: AgentConversation | undefined;
  let stored = 0;
  let unsent = 0;
  let heardAt: number | undefined;

  const current = (): Identity => {
    if (identity === undefined) throw new Error('the agent has not joined');
    return identity;
  };

  const delivery = createDelivery({
    store,
    drops,
    clock,
    onStored() {
      stored += 1;
    },
  });
  const inventory = createInventoryWatch({
    list: (signal) => engine.list(signal),
    onReading: (reading) => conversation?.tell(reading),
    clock,
    timers,
    log,
  });
  const sampler = createSampler({
    take: () => engine.take(),
    onTaken({ samples, at }) {
      const { batch, left } = toPlainBatch(samples, (name) => sentFamilies.has(name));
      if (left > 0) log.warn({ series: left }, 'left out of what is sent: more, or longer, than the protocol takes');
      const kept = store.add(batch, at);
      conversation?.offer(kept, batch);
    },
    intervalMs: sampleMs,
    clock,
    timers,
    log,
  });
  let renewed = (): void => undefined;
  const renewal = createRenewal({
    state,
    identity: current,
    request: () => conversation?.renew,
    onRenewed(next) {
      identity = next;
      renewed();
    },
    clock,
    timers,
    random,
    log,
  });

  const hello = () =>
    encodeFrame({
      type: 'hello',
      seq: 1,
      protocol: protocolVersions,
      version: buildInfo.version,
      bootId,
      at: clock.now(),
      exporter: options.exporter,
    } satisfies Hello);

  const connect = (): void => {
    connection = createConnection({
      dial: (options.dial ?? ((who) => createDial(who, () => clock.now())))(current),
      servers: current().servers,
      hello,
      converse(welcome, link) {
        const own = createConversation({
          welcome,
          link,
          delivery,
          health: (signal) => engine.health(signal),
          facts: () => ({ waiting: store.count(), dropped: { ...drops.all(), unsent } }),
          onHeard(labels) {
            heardAt = clock.now();
            if (labels !== undefined) inventory.wantLabels(labels);
          },
          onRenew: () => renewal.renewNow(),
          onFull() {
            unsent += 1;
          },
          clock,
          timers,
          log,
        });
        conversation = own;
        renewed = () => link.renew('the agent has a new certificate');
        sampler.setInterval(welcome.sampleMs);
        inventory.refresh();
        renewal.look();
        return {
          receive: (frame) => own.receive(frame),
          end(why) {
            if (conversation === own) conversation = undefined;
            renewed = () => undefined;
            own.end(why);
          },
        };
      },
      onRevoked(reason) {
        end(revoked(reason, state));
      },
      timers,
      random,
      log,
    });
    connection.start();
    sampler.start();
  };

  const begin = async (line: JoinLine): Promise<void> => {
    identity = await join({ line, state, clock, timers, random, log, signal: stopping.signal });
    if (!stopping.signal.aborted) connect();
  };

  return {
    ended,
    start() {
      engine.watch({
        onListed: (listed) => inventory.onListed(listed),
        onContainerEvent: () => inventory.onContainerEvent(),
        onDoubt: () => conversation?.doubt(),
      });
      if ('identity' in options.start) return connect();
      begin(options.start.line).catch((error: unknown) => {
        if (!stopping.signal.aborted) end(toTallymanError(error));
      });
    },
    async stop(deadlineMs) {
      stopping.abort(new Error('the agent stops'));
      sampler.stop();
      inventory.stop();
      renewal.stop();
      await connection?.stop(deadlineMs);
      state.close();
    },
    figures: () => ({
      isConnected: connection?.phase() === 'open',
      reconnects: connection?.reconnects() ?? 0,
      waiting: { batches: store.count(), bytes: store.bytes() },
      stored,
      dropped: drops.all(),
      unsent,
      heardAt,
      certificateNotAfter: identity === undefined ? undefined : validityOf(identity.certificate).notAfter,
    }),
  };
}

function revoked(reason: string, state: StateFolder): TallymanError {
  try {
    state.markRevoked();
  } catch (error) {
    return toTallymanError(error);
  }
  return new TallymanError(
    'AGENT_REVOKED',
    `the fleet does not take this agent any more (${reason}): start it with a new line of \`tallyman host join-token\`, or of \`tallyman host add\` where the host was removed`,
  );
}

function toTallymanError(error: unknown): TallymanError {
  return error instanceof TallymanError
    ? error
    : new TallymanError('AGENT_FAILED', `the agent cannot go on: ${errorText(error)}`, { cause: error });
}
