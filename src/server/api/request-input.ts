import type { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { ApiProblem } from './problem.ts';

const usualBodyBytes = 1024 * 1024;
/** How long JSON may take to come: whoever drips it holds a connection for nothing. */
const bodyMs = 30_000;
/** How many faults of one request are told. */
const toldIssues = 5;

export interface RequestInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** Reads and checks what the route takes. Throws ApiProblem: 400, 413 or 415. */
export async function readInput(
  route: ApiRoute,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<RequestInput> {
  return {
    params: route.params === undefined ? undefined : check('path', route.params, params),
    query: route.query === undefined ? undefined : check('query', route.query, queryOf(request.url)),
    body: route.body === undefined ? undefined : check('body', route.body, await readJson(request, route.bodyBytes)),
  };
}

function check(place: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, toldIssues);
  const told = issues.map(({ path, message }) => `${[place, ...path].join('.')}: ${message}`);
  throw new ApiProblem(400, 'REQUEST_INVALID', told.join('; '));
}

/** A parameter that is given once is a text; one that is repeated, a list of texts. */
function queryOf(url: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  const { searchParams } = new URL(url);
  for (const name of new Set(searchParams.keys())) {
    const [first = '', ...more] = searchParams.getAll(name);
    query[name] = more.length === 0 ? first : [first, ...more];
  }
  return query;
}

async function readJson(request: Request, limitBytes = usualBodyBytes): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json *(?:;|$)/i.test(type))
    throw new ApiProblem(415, 'CONTENT_TYPE', 'send the body as JSON, with Content-Type: application/json');
  const text = await readText(request, limitBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem(400, 'JSON_INVALID', 'the body is not JSON');
  }
}

async function readText(request: Request, limitBytes: number): Promise<string> {
  const tooLarge = (): ApiProblem =>
    new ApiProblem(413, 'BODY_TOO_LARGE', `a body may have ${String(limitBytes)} bytes here`);
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Ends the read that waits.
    reader.cancel().catch(() => undefined);
  }, bodyMs);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length;
      if (size > limitBytes) throw tooLarge();
      chunks.push(read.value);
    }
    if (isLate) throw new ApiProblem(408, 'BODY_TOO_SLOW', `the body did not come within ${String(bodyMs / 1000)} s`);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}
