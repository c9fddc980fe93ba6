import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { durationSchema } from './duration.ts';
import { pageOf, timeSchema } from './page.ts';

/** How many hosts a token or a role may name. */
export const hostsPerScope = 1000;
export const scopeSchema = z.array(nameSchema).min(1, 'name a host, or leave it out for all').max(hostsPerScope);

const day = 86_400_000;

export const tokenSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    role: z.string(),
    hosts: z.array(z.string()).optional().meta({ description: 'The only hosts it may see; left out: all' }),
    createdBy: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema.optional().meta({ description: 'Left out: never' }),
    lastUsedAt: timeSchema.optional(),
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof tokenSchema>;
export const tokensSchema = pageOf(tokenSchema);

export const newTokenSchema = z
  .strictObject({
    name: nameSchema,
    role: nameSchema,
    hosts: scopeSchema.optional(),
    expires: durationSchema({ minMs: 1000, maxMs: 3650 * day, orNever: true }).optional(),
  })
  .meta({ id: 'NewToken' });

export const createdTokenSchema = tokenSchema
  .extend({ token: z.string().meta({ description: 'Shown this once' }) })
  .meta({ id: 'CreatedToken' });
