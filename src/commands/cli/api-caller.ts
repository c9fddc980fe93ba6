import { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call of the server's API. */
export interface Call<R extends z.ZodType | undefined = undefined> {
  method: Method;
  /** From `/api/v1/` on, with its query. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as they come, instead of `body`. */
  upload?: AsyncIterable<Uint8Array>;
  /** What a success has to look like; left out where there is nothing (204). */
  reply?: R;
}

/** The server's API, whichever way it is reached. Throws TallymanError for every failure and refusal. */
export interface ApiCaller {
  call<R extends z.ZodType | undefined = undefined>(
    call: Call<R>,
  ): Promise<R extends z.ZodType ? z.infer<R> : undefined>;
  /** The bytes of a success as they come, however many. */
  stream(call: Omit<Call, 'reply'>): Promise<AsyncIterable<Uint8Array>>;
  /** Can be called twice. */
  close(): Promise<void>;
}

/** What carries calls to the API: HTTP, or the API's own code in this process. */
export interface Carrier {
  send(question: Question): Promise<Response>;
  /** What to do about an answer that is no success, beside what the server says of it; empty: nothing. */
  advice(status: number): string;
  close(): Promise<void>;
}

export interface Question {
  method: Method;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | AsyncIterable<Uint8Array> | undefined;
}

/** Answers that are held whole are no larger. */
const longestAnswer = 32 * 1024 * 1024;

export function createApiCaller(carrier: Carrier): ApiCaller {
  return {
    async call({ reply, ...call }) {
      const text = await wholeText(await answered(carrier, call));
      // Which of the two types it is, the caller's schema says.
      return (reply === undefined ? undefined : parsedReply(reply, text, call)) as never;
    },
    async stream(call) {
      const { body } = await answered(carrier, call);
      return body === null ? nothing() : body;
    },
    close: () => carrier.close(),
  };
}

type Asked = Omit<Call, 'reply'>;

async function answered(carrier: Carrier, { method, path, body, upload }: Asked): Promise<Response> {
  const type: Record<string, string> =
    upload !== undefined
      ? { 'content-type': 'application/octet-stream' }
      : body === undefined
        ? {}
        : { 'content-type': 'application/json' };
  const response = await carrier.send({
    method,
    path,
    headers: { accept: 'application/json', ...type },
    body: upload ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  if (response.ok) return response;
  throw refusal(response, await wholeText(response), carrier.advice(response.status));
}

/** Where the server's words are about the API, and a command has a flag for it. */
const hints: Readonly<Record<string, string>> = { AGENT_URL_UNKNOWN: ' (--agent-url)' };

/** A problem of RFC 9457, as far as it matters here. */
const problemSchema = z.object({ code: z.string(), detail: z.string() });

function refusal({ status, headers }: Response, text: string, advice: string): TallymanError {
  const problem = problemSchema.safeParse(parsedJson(text));
  const more = advice === '' ? '' : `; ${advice}`;
  if (problem.success) {
    const { code, detail } = problem.data;
    return new TallymanError(code, detail + (hints[code] ?? '') + more);
  }
  const location = headers.get('location');
  const where = location === null ? '' : ` to ${location}: name that address with --server`;
  return new TallymanError(
    'CLI_ANSWER',
    `what answers is no Tallyman server, or a proxy before it: HTTP ${String(status)}${where}${more}`,
  );
}

function parsedReply(reply: z.ZodType, text: string, { method, path }: Asked): unknown {
  const parsed = reply.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new TallymanError(
    'CLI_ANSWER',
    `the answer to ${method} ${path} is not what this version of tallyman expects${place}: use the server's version`,
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function wholeText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? nothing()) {
    length += chunk.byteLength;
    if (length > longestAnswer) throw new TallymanError('CLI_ANSWER', 'the answer is larger than 32 MiB: ask for less');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No bytes.
}
