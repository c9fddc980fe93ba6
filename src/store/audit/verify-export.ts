import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { AuditEntry } from '../store.ts';
import { createChainCheck, type ChainFault } from './chain-check.ts';
import { isHeadSigned } from './head-signature.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const entrySchema: z.ZodType<AuditEntry> = z.object({
  number: z.int().min(1),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  // as it is: a schema of its keys would lose one that is called __proto__
  detail: z.custom<AuditEntry['detail']>((value) => typeof value === 'object' && value !== null),
  previousHash: hash,
  hash,
});
const headSchema = z.object({
  head: z.object({ number: z.int().min(0), hash, firstNumber: z.int().min(1), signature: z.base64() }),
});

export type ExportVerdict =
  | { valid: true; entries: number; signed: boolean }
  /** The first bad entry; 0 where only the head is bad. */
  | { valid: false; number: number; reason: string };

/**
 * Checks an exported audit log without its database: one entry a line, and the head (`{"head": ...}`) as the last
 * line. With the signer's public key (PEM) the head's signature is checked too; without the head, a tail that was cut
 * off cannot be noticed, and `signed` is false.
 */
export async function verifyExport(lines: AsyncIterable<string>, publicKey?: string): Promise<ExportVerdict> {
  const chain = createChainCheck(undefined);
  let first: AuditEntry | undefined;
  let last: AuditEntry | undefined;
  let head: z.infer<typeof headSchema>['head'] | undefined;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = parseLine(line);
    if (parsed === undefined || head !== undefined) {
      return { valid: false, number: (last?.number ?? 0) + 1, reason: 'its line is not one of an exported log' };
    }
    if ('head' in parsed) {
      head = parsed.head;
      continue;
    }
    const fault = chain.add(parsed);
    if (fault !== undefined) return { valid: false, ...fault };
    first ??= parsed;
    last = parsed;
  }
  const entries = chain.entries();
  if (head === undefined) return { valid: true, entries, signed: false };
  const fault = headFault(head, first) ?? chain.finish(head);
  if (fault !== undefined) return { valid: false, ...fault };
  if (publicKey === undefined) return { valid: true, entries, signed: false };
  const facts = { ...head, firstPreviousHash: first?.previousHash ?? head.hash };
  return isHeadSigned(createPublicKey(publicKey), facts, head.signature)
    ? { valid: true, entries, signed: true }
    : { valid: false, number: 0, reason: 'the signature of the head is not of this key' };
}

function headFault(
  head: { firstNumber: number; number: number },
  first: AuditEntry | undefined,
): ChainFault | undefined {
  if (first === undefined) {
    return head.firstNumber <= head.number ? { number: head.firstNumber, reason: 'it is missing' } : undefined;
  }
  if (first.number === head.firstNumber) return undefined;
  return first.number > head.firstNumber
    ? { number: head.firstNumber, reason: 'it is missing' }
    : { number: first.number, reason: 'it is older than where the signed log begins' };
}

function parseLine(line: string): AuditEntry | z.infer<typeof headSchema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const entry = entrySchema.safeParse(value);
  if (entry.success) return entry.data;
  return headSchema.safeParse(value).data;
}
