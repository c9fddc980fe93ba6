import { z } from 'zod';
import {
  auditEntriesSchema,
  auditVerdictSchema,
  type AuditEntryShape,
  type AuditVerdictShape,
} from '../../../protocol/api/audit.ts';
import { pageQuery } from '../../../protocol/api/page.ts';
import type { AuditEntry, Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { lineStream } from '../line-stream.ts';
import { ApiProblem } from '../problem.ts';
import { timeText } from '../time-text.ts';

const tag = 'audit';
export const linesType = 'application/jsonl';

/** The audit log tells of everybody and everything: no part of it is of some hosts only. */
export function createAuditRoutes(store: Store): ApiRoute[] {
  const { audit } = store;

  /** The head that is signed covers what is told before it; entries that come meanwhile are left for the next export. */
  async function* exportLines(): AsyncGenerator<string> {
    const head = await audit.head();
    for await (const entry of audit.export()) {
      if (entry.number > head.number) break;
      // As it was hashed, times in Unix milliseconds: so it can be checked without this server.
      yield JSON.stringify(entry);
    }
    yield JSON.stringify({ head });
  }

  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/audit',
      permission: 'audit.read',
      isFleetWide: true,
      tag,
      summary: 'The audit log, newest first',
      query: z.strictObject({
        ...pageQuery,
        action: z.string().max(128).optional(),
        before: z.coerce
          .number('use a whole number from 1')
          .int()
          .min(1)
          .optional()
          .meta({ description: 'Only entries below this number' }),
      }),
      reply: auditEntriesSchema,
      async handle({ query: { limit, cursor, action, before } }) {
        const after = numberOf(cursor);
        const below = Math.min(after ?? Infinity, before ?? Infinity);
        const entries = await audit.list({
          limit: limit + 1,
          action,
          ...(below === Infinity ? {} : { before: below }),
        });
        const items = entries.slice(0, limit);
        const last = items.at(-1);
        const next = last !== undefined && entries.length > limit ? { next: encodeCursor([String(last.number)]) } : {};
        return { items: items.map(toEntry), ...next };
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/audit/export',
      permission: 'audit.read',
      isFleetWide: true,
      tag,
      summary: 'The whole audit log as lines of JSON, oldest first; the last line is its signed head',
      produces: linesType,
      handle: () =>
        Promise.resolve(new Response(lineStream(exportLines()), { headers: { 'Content-Type': linesType } })),
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/audit/verify',
      permission: 'audit.read',
      isFleetWide: true,
      tag,
      summary: 'Reads the whole audit log and says whether it is as it was written',
      reply: auditVerdictSchema,
      handle: async (): Promise<AuditVerdictShape> => audit.verify(),
    }),
  ];
}

function numberOf(cursor: string | undefined): number | undefined {
  const text = decodeCursor(cursor, 1)?.[0];
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new ApiProblem(400, 'CURSOR_INVALID', 'this cursor is not from the audit log: begin without one');
}

function toEntry({ number, at, actor, action, target, detail, previousHash, hash }: AuditEntry): AuditEntryShape {
  return { number, at: timeText(at), actor, action, target, detail: { ...detail }, previousHash, hash };
}
