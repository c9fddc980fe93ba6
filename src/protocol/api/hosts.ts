import { z } from 'zod';
import { fingerprintSchema } from '../enrollment.ts';
import { nameSchema } from '../names.ts';
import { durationSchema } from './duration.ts';
import { pageOf, timeSchema } from './page.ts';

/** A host as it is right now. */
export const hostSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(['online', 'degraded', 'offline']),
    reasons: z.array(z.object({ code: z.string(), text: z.string() })),
    lastSeenSeconds: z.number().optional().meta({ description: 'Since the last heartbeat; left out: never heard' }),
    joined: z.boolean(),
    createdAt: timeSchema,
    agentVersion: z.string().optional(),
    engineVersion: z.string().optional(),
    clockSkewSeconds: z.number().optional(),
    certificateExpiresAt: timeSchema.optional(),
    exporter: z
      .object({ address: z.string(), port: z.int(), tls: z.boolean(), path: z.string() })
      .optional()
      .meta({ description: 'Where the exporter of its agent listens' }),
    containers: z.int().optional().meta({ description: 'How many there are; left out while the host is offline' }),
  })
  .meta({ id: 'Host' });
export type Host = z.infer<typeof hostSchema>;
export const hostsSchema = pageOf(hostSchema);

const day = 86_400_000;
export const joinTokenLife = { usualMs: 3_600_000, minMs: 1000, maxMs: 30 * day } as const;

/**
 * Addresses of agents' listeners, several with commas between. They become part of a command line that people paste
 * into a shell, so nothing but plain names and addresses gets through.
 */
const agentUrl =
  /^https:\/\/(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?\/?$/;
export const agentUrlsSchema = z
  .string()
  .max(2048)
  .refine((text) => text.split(',').every((url) => agentUrl.test(url) && URL.canParse(url)), {
    error: 'use https://NAME:PORT, or several of them with commas between',
  })
  .transform((text) => text.split(',').map((url) => url.replace(/\/$/, '')));

export const newJoinTokenSchema = z
  .strictObject({ expires: durationSchema(joinTokenLife).optional() })
  .meta({ id: 'NewJoinToken' });

export const newHostSchema = z
  .strictObject({
    name: nameSchema,
    agentUrl: agentUrlsSchema.optional(),
    expires: durationSchema(joinTokenLife).optional(),
  })
  .meta({ id: 'NewHost' });

/** What an agent needs to join as the host; the token is shown this once. */
export const joinSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    joinToken: z.string(),
    expiresAt: timeSchema,
    agentUrls: z.array(z.string()),
    caFingerprint: fingerprintSchema,
    command: z.string().meta({ description: 'To be run on the host' }),
  })
  .meta({ id: 'Join' });
export type Join = z.infer<typeof joinSchema>;
