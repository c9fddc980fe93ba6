import { z } from 'zod';
import { pageOf } from './page.ts';

export const stackStateSchema = z.enum(['running', 'partial', 'stopped', 'unhealthy', 'error']);

/** A compose project found on a host. */
export const stackSchema = z
  .object({
    host: z.string(),
    name: z.string(),
    state: stackStateSchema,
    reasons: z.array(z.string()),
    services: z.array(z.object({ name: z.string(), containers: z.int(), running: z.int() })),
  })
  .meta({ id: 'Stack' });
export type Stack = z.infer<typeof stackSchema>;
export const stacksSchema = pageOf(stackSchema);
