import { z } from 'zod';

export const problemType = 'application/problem+json';

/** What went wrong (RFC 9457). `code` is stable and listed in docs/errors.md; `detail` says what to do. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    instance: z.string().optional().meta({ description: 'Names this failure in the log of the server' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
