import { z } from 'zod';
import { pageOf, timeSchema } from './page.ts';

export const auditEntrySchema = z
  .object({
    number: z.int(),
    at: timeSchema,
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    detail: z.record(z.string(), z.unknown()),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryShape = z.infer<typeof auditEntrySchema>;
export const auditEntriesSchema = pageOf(auditEntrySchema);

export const auditHeadSchema = z
  .object({
    number: z.int(),
    hash: z.string(),
    firstNumber: z.int(),
    signature: z.string().meta({ description: 'Ed25519, base64' }),
  })
  .meta({ id: 'AuditHead' });

export const auditVerdictSchema = z
  .discriminatedUnion('valid', [
    z.object({ valid: z.literal(true), entries: z.int(), head: auditHeadSchema }),
    z.object({ valid: z.literal(false), number: z.int(), reason: z.string() }),
  ])
  .meta({ id: 'AuditVerdict' });
export type AuditVerdictShape = z.infer<typeof auditVerdictSchema>;
