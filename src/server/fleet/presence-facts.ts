import { z } from 'zod';

/** What a server keeps of a host's heartbeats, as JSON in the presence's `facts`. Written by the gateway, read by the host's status. */
export const presenceFactsSchema = z.object({
  engineReachable: z.boolean(),
  engineVersion: z.string().nullish(),
  engineError: z.string().nullish(),
  agentVersion: z.string(),
  /** The agent's clock less the server's, corrected by half the round trip; seconds. */
  clockSkewSeconds: z.number(),
  /** Unix milliseconds. */
  certificateNotAfter: z.number(),
  /** When its certificate began, Unix milliseconds: how long its life is. */
  certificateNotBefore: z.number().nullish(),
  /** Heartbeats in a row that were on time and had nothing to complain of; counts from 1 at the connection's first. */
  goodBeats: z.int(),
  /** Whether any heartbeat of this connection was bad or late since it was last fine. */
  wasBad: z.boolean(),
  /** The interval of heartbeats that the agent was told; milliseconds. */
  heartbeatMs: z.number().nullish(),
  waitingBatches: z.int(),
  droppedByAgent: z.record(z.string(), z.number()),
});
export type PresenceFacts = z.infer<typeof presenceFactsSchema>;
