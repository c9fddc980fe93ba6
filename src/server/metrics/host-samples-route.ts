import { z } from 'zod';
import { parseLabelText, type LabelText } from '../../metrics/labels.ts';
import { pageOf, timeSchema } from '../../protocol/api/page.ts';
import { nameSchema } from '../../protocol/names.ts';
import type { BatchRow, Store } from '../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../api/api-route.ts';
import { decodeCursor, encodeCursor } from '../api/cursor.ts';
import { ApiProblem } from '../api/problem.ts';
import { timeText } from '../api/time-text.ts';
import { seesHost } from '../principal.ts';
import type { SampleStore } from '../samples/sample-store.ts';

const sampleSchema = z
  .object({ metric: z.string(), labels: z.record(z.string(), z.string()), value: z.number(), at: timeSchema })
  .meta({ id: 'Sample' });
type Sample = z.infer<typeof sampleSchema>;

const momentSchema = z
  .string()
  .transform((text, context) => {
    const at = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
    if (Number.isFinite(at) && Math.abs(at) <= 8.64e15) return Math.round(at);
    context.addIssue('use RFC 3339 (2026-01-02T03:04:05Z) or Unix seconds');
    return z.NEVER;
  })
  .meta({ description: 'RFC 3339, or Unix seconds' });

const query = z.strictObject({
  limit: z.coerce.number('use a whole number from 1 to 10000').int().min(1).max(10_000).default(1000),
  cursor: z.string().max(1024).optional().meta({ description: 'The `next` of the page before' }),
  metric: z.string().max(256).optional().meta({ description: 'Only samples of this name' }),
  container: z.string().max(512).optional().meta({ description: 'Only those with this container_name' }),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
});
type Query = z.infer<typeof query>;

/** Batches that are asked of the store at once, and that one request looks at. */
const pageRows = 20;
const mostRows = 400;

export interface HostSamplesOptions {
  store: Pick<Store, 'hosts' | 'batches'>;
  samples: Pick<SampleStore, 'read'>;
}

/** The samples of a host as they were taken, late ones in their place, for as long as the server keeps them. */
export function createHostSamplesRoute({ store, samples }: HostSamplesOptions): ApiRoute {
  return defineApiRoute({
    method: 'GET',
    path: '/api/v1/hosts/:name/samples',
    permission: 'containers.read',
    tag: 'metrics',
    summary: "A host's samples of the last hour, in the order they were taken",
    params: z.object({ name: nameSchema }),
    query,
    reply: pageOf(sampleSchema),
    async handle({ params: { name }, query, principal }) {
      const host = seesHost(principal, name) ? await store.hosts.get(name) : undefined;
      if (host === undefined) throw new ApiProblem(404, 'HOST_UNKNOWN', `there is no host ${name}`);
      return readPage(host.id, query, { store, samples });
    },
  });
}

/** Where a page begins: at a batch, behind so many of its samples that are wanted. */
interface Position {
  at: number;
  id: number;
  skip: number;
}

async function readPage(
  hostId: string,
  query: Query,
  { store, samples }: HostSamplesOptions,
): Promise<{ items: Sample[]; next?: string }> {
  const items: Sample[] = [];
  let position = toPosition(query.cursor) ?? { at: query.from ?? 0, id: 0, skip: 0 };
  for (let looked = 0; looked < mostRows; looked += pageRows) {
    const rows = await store.batches.ofHost(hostId, position.at, query.to ?? Number.MAX_SAFE_INTEGER, pageRows);
    for (const row of rows) {
      if (row.at === position.at && row.id < position.id) continue;
      const skip = row.id === position.id ? position.skip : 0;
      const wanted = (await readWanted(row, query, samples)).slice(skip);
      const room = query.limit - items.length;
      items.push(...wanted.slice(0, room));
      if (wanted.length > room) return { items, next: toCursor({ at: row.at, id: row.id, skip: skip + room }) };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return { items };
    // Where a whole page was of one moment, and known already, there is no way on but past that moment.
    const isStuck = last.at === position.at && last.id < position.id;
    position = isStuck ? { at: last.at + 1, id: 0, skip: 0 } : { at: last.at, id: last.id + 1, skip: 0 };
  }
  return { items, next: toCursor(position) };
}

async function readWanted(row: BatchRow, query: Query, samples: Pick<SampleStore, 'read'>): Promise<Sample[]> {
  const families = (await samples.read(row)) ?? [];
  const at = timeText(row.at);
  return families
    .filter(({ name }) => query.metric === undefined || query.metric === name)
    .flatMap(({ name, labels, values }) =>
      values.flatMap((value, i) => {
        const pairs = Object.fromEntries(parseLabelText(labels[i] ?? ('' satisfies LabelText)) ?? []);
        const isWanted = query.container === undefined || pairs['container_name'] === query.container;
        return isWanted ? [{ metric: name, labels: pairs, value, at }] : [];
      }),
    );
}

function toCursor({ at, id, skip }: Position): string {
  return encodeCursor([String(at), String(id), String(skip)]);
}

/** Throws ApiProblem (400) for what was no cursor of ours. */
function toPosition(cursor: string | undefined): Position | undefined {
  const key = decodeCursor(cursor, 3)?.map(Number);
  if (key === undefined) return undefined;
  const [at = 0, id = 0, skip = 0] = key;
  if (key.every((part) => Number.isSafeInteger(part) && part >= 0)) return { at, id, skip };
  throw new ApiProblem(400, 'CURSOR_INVALID', 'this cursor is not from a list of this kind: begin without one');
}
