import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../base/log.ts';
import type { OpenLocalApi } from '../local-carrier.ts';

export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  authorization: string | null;
  body: unknown;
}

export type Answers = (asked: Asked) => Response;

export function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

export function problem(status: number, code: string, detail: string): Response {
  return json(status, { type: `urn:tallyman:problem:${code}`, title: 'No', status, detail, code });
}

/** An API whose answers the test gives, as the server's own code would be in this process. */
export function standInApi(answers: Answers): { open: OpenLocalApi; asked: Asked[]; closed: () => number } {
  const asked: Asked[] = [];
  let closed = 0;
  const open: OpenLocalApi = () =>
    Promise.resolve({
      async fetch(request) {
        const url = new URL(request.url);
        const text = await request.text();
        const question = {
          method: request.method,
          path: url.pathname + url.search,
          authorization: request.headers.get('authorization'),
          body: parsedBody(text),
        };
        asked.push(question);
        return answers(question);
      },
      close() {
        closed += 1;
        return Promise.resolve();
      },
    });
  return { open, asked, closed: () => closed };
}

function parsedBody(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** The same over HTTP on a real port, for the length of a test. */
export async function serveAnswers(
  answers: Answers,
  tls?: { cert: string; key: string },
): Promise<{ url: string; port: number; asked: Asked[] }> {
  const api = standInApi(answers);
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const local = await api.open({ data: '', database: '', secret: undefined, environment: {}, log: silentLog() });
    const body = Buffer.concat(chunks);
    const answer = await local.fetch(
      new Request(`http://localhost${request.url ?? ''}`, {
        method: request.method ?? '',
        headers: { authorization: request.headers.authorization ?? '' },
        ...(body.length === 0 ? {} : { body }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void reply(request, response);
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`, port, asked: api.asked };
}
