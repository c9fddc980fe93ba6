import { z } from 'zod';
import { containersPerHost, labelNamesAsked, labelTextLength, seriesPerBatch } from './limits.ts';

/**
 * The messages between agent and server, version 1 of the protocol. Each is one WebSocket message: JSON as text, or
 * the same deflated as a binary message (see frame-codec.ts). Unknown fields and unknown types of message are left
 * alone, so that a newer side can say more; what changes the meaning of a field is a new version.
 *
 * The agent's first message is `hello`, the server's first `welcome` (or it closes with a reason, see close-codes.ts).
 * `seq` of the agent's messages counts from 1 in each connection, without gaps. Times are Unix milliseconds by the
 * sender's clock.
 */
export const protocolVersions = { oldest: 1, newest: 1 } as const;

const seq = z.int().min(1);
const time = z.number().min(0).max(8.64e15);
const short = z.string().max(256);

/** The agent says who speaks; who it is, its certificate says. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  seq,
  /** The protocol versions it speaks. */
  protocol: z.object({ oldest: z.int().min(1), newest: z.int().min(1) }),
  /** The agent's own version, as in `tallyman --version`. */
  version: short,
  /** Random for each start of the agent's process; batches of samples are numbered within it. */
  bootId: z.string().regex(/^[0-9a-f]{16,64}$/),
  at: time,
  /** Where its exporter listens; absent where it serves none. An address of `0.0.0.0` or `::` means every one. */
  exporter: z.object({ address: short, port: z.int().min(1).max(65535), tls: z.boolean(), path: short }).nullish(),
});

export const heartbeatSchema = z.object({
  type: z.literal('heartbeat'),
  seq,
  at: time,
  engine: z.object({ reachable: z.boolean(), version: short.nullish(), error: z.string().max(1024).nullish() }),
  /** Batches that wait to be delivered, and how many were given up since the agent started, by reason. */
  waiting: z.int().min(0).nullish(),
  dropped: z.record(short, z.int().min(0)).nullish(),
});

/** One container as people know it. Later versions may say more. */
export const inventoryContainerSchema = z.object({
  id: z.string().min(1).max(128),
  name: z.string().max(512),
  image: z.string().max(1024),
  /** The engine's state word. */
  state: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  /** none, starting, healthy or unhealthy */
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']).default('none'),
  /** Of the last run, of a container that is not running. */
  exitCode: z.int().nullish(),
  /** Compose's labels, where it has them. */
  project: z.string().max(512).nullish(),
  service: z.string().max(512).nullish(),
  /** `docker compose run`: no part of the stack. */
  oneOff: z.boolean().nullish(),
  /** The image's id (`sha256:...`), where the engine's list gives it. */
  imageId: short.nullish(),
  /** Its labels of the names that the server asks for, those that it has. */
  labels: z.record(z.string().max(256), z.string().max(512)).nullish(),
});

/** Every container of the host: at the start of a connection, and within a second of each change of state. */
export const inventorySchema = z.object({
  type: z.literal('inventory'),
  seq,
  at: time,
  containers: z.array(inventoryContainerSchema).max(containersPerHost),
});

/**
 * One batch of samples, taken at `at`. Label sets are named once in a connection: `labels` maps new numbers to the
 * printed label set (`name="value",...`, without the host), and families refer to them by number.
 */
export const samplesSchema = z.object({
  type: z.literal('samples'),
  seq,
  /** The batch's number: 1, 2, ... within the bootId that took it. The server acknowledges it when it is stored. */
  batch: z.int().min(1),
  at: time,
  labels: z.array(z.tuple([z.int().min(0), z.string().max(labelTextLength)])).max(seriesPerBatch),
  families: z
    .array(
      z
        .object({
          name: short,
          refs: z.array(z.int().min(0)).max(seriesPerBatch),
          /** Numbers; JSON has no NaN or infinity, and neither has a container. */
          values: z.array(z.number()).max(seriesPerBatch),
        })
        .refine(({ refs, values }) => refs.length === values.length, 'as many values as label sets'),
    )
    .max(1000),
});

/** Asks for something and waits for the reply with the same id, for `requestMs` at most. */
export const renewRequestSchema = z.object({
  type: z.literal('request'),
  seq,
  id: z.int().min(1),
  method: z.literal('renew'),
  /** A certificate request in PEM; of a new key, or of the one in use. */
  csr: z.string().max(16_384),
});

export const agentFrameSchema = z.discriminatedUnion('type', [
  helloSchema,
  heartbeatSchema,
  inventorySchema,
  samplesSchema,
  renewRequestSchema,
]);
export type AgentFrame = z.infer<typeof agentFrameSchema>;
export type Hello = z.infer<typeof helloSchema>;
export type Heartbeat = z.infer<typeof heartbeatSchema>;
export type Inventory = z.infer<typeof inventorySchema>;
export type InventoryContainer = z.infer<typeof inventoryContainerSchema>;
export type SamplesFrame = z.infer<typeof samplesSchema>;

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  /** The version that both speak from now on. */
  protocol: z.int().min(1),
  version: short,
  /** The host's name, for the agent's log. */
  host: short,
  at: time,
  heartbeatMs: z.int().min(10).max(3_600_000),
  sampleMs: z.int().min(10).max(3_600_000),
});

/** The heartbeat with this seq was heard: the connection works both ways. */
export const heardSchema = z.object({
  type: z.literal('heard'),
  seq,
  at: time,
  /** The labels that inventories are to have from now on, by name; absent: as before. */
  labels: z.array(z.string().max(256)).max(labelNamesAsked).nullish(),
});

/** The batch is stored, or was already: the agent may forget it. */
export const storedSchema = z.object({ type: z.literal('stored'), batch: z.int().min(1) });

/** A batch that can never be stored, and why: the agent forgets it too, and counts it. */
export const rejectedSchema = z.object({
  type: z.literal('rejected'),
  batch: z.int().min(1),
  reason: z.string().max(1024),
});

export const replySchema = z.object({
  type: z.literal('reply'),
  id: z.int().min(1),
  /** Exactly one of the two. For `renew`: the certificate and its chain in PEM. */
  certificate: z.string().max(65_536).nullish(),
  error: z.string().max(1024).nullish(),
});

/** The server asks for a new certificate before its time, after its CA was renewed for one. */
export const renewNowSchema = z.object({ type: z.literal('renew') });

export const serverFrameSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  heardSchema,
  storedSchema,
  rejectedSchema,
  replySchema,
  renewNowSchema,
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
export type Welcome = z.infer<typeof welcomeSchema>;
