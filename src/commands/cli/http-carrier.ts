import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { errorText, systemCode, TallymanError } from '../../base/errors.ts';
import type { Carrier, Question } from './api-caller.ts';
import type { ApiWay } from './way.ts';

/** A connection on which nothing comes for so long is given up: a chain of a million entries verifies in less. */
const silenceMs = 120_000;

/** Carries calls over HTTP. node:http rather than fetch, which takes no authority of one's own. */
export function createHttpCarrier(way: ApiWay): Carrier {
  const isTls = way.server.startsWith('https:');
  const agent = isTls
    ? new https.Agent({ keepAlive: true, ...(way.caFile === undefined ? {} : { ca: readFileSync(way.caFile) }) })
    : new http.Agent({ keepAlive: true });

  const ask = async ({ method, path, headers, body }: Question): Promise<http.IncomingMessage> =>
    await new Promise((resolve, reject) => {
      const options = { method, agent, headers: { ...headers, authorization: `Bearer ${way.token}` } };
      const request = (isTls ? https : http).request(way.server + path, options, resolve);
      request.setTimeout(silenceMs, () => request.destroy(new Error('no answer in two minutes')));
      request.on('error', reject);
      if (body === undefined || typeof body === 'string') request.end(body);
      else void sendUpload(body, request).catch((error: unknown) => request.destroy(asError(error)));
    });

  return {
    async send(question) {
      try {
        const message = await ask(question);
        const { statusCode: status = 0 } = message;
        const hasBody = status !== 204 && status !== 205 && status !== 304;
        if (!hasBody) message.resume();
        const body = hasBody ? webStream(message, way) : null;
        return new Response(body, { status, headers: plainHeaders(message) });
      } catch (error) {
        // What cannot be read of a file that is sent is no fault of the connection.
        if (error instanceof TallymanError) throw error;
        throw unreachable(way, error);
      }
    },
    advice: (status) => adviceFor(status, way),
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

/** Writes the bytes as fast as they are taken, and no more once the answer is there: it is a refusal then. */
async function sendUpload(bytes: AsyncIterable<Uint8Array>, request: http.ClientRequest): Promise<void> {
  let isAnswered = false;
  request.once('response', () => (isAnswered = true));
  for await (const chunk of bytes) {
    if (isAnswered || request.destroyed) return;
    if (!request.write(chunk)) await drained(request);
  }
  request.end();
}

/** Also when nothing will be taken any more. */
async function drained(request: http.ClientRequest): Promise<void> {
  await new Promise<void>((resolve) => {
    const events = ['drain', 'response', 'close'] as const;
    const done = (): void => {
      for (const event of events) request.off(event, done);
      resolve();
    };
    for (const event of events) request.on(event, done);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorText(error));
}

/** The body, with what goes wrong while it comes told as everything else. */
function webStream(message: http.IncomingMessage, way: ApiWay): ReadableStream<Uint8Array> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* message as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw unreachable(way, error);
    }
  }
  return Readable.toWeb(Readable.from(chunks(), { objectMode: true })) as ReadableStream<Uint8Array>;
}

function plainHeaders({ headers }: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function adviceFor(status: number, { tokenOrigin }: ApiWay): string {
  switch (status) {
    case 401:
      return `the token of ${tokenOrigin} is revoked, has expired, or belongs to another server`;
    case 403:
      return `the token of ${tokenOrigin} is not allowed that: see 'tallyman token list' and 'tallyman role list'`;
    case 429:
      return 'wait and try again';
    default:
      return '';
  }
}

function unreachable({ server, caFile }: ApiWay, error: unknown): TallymanError {
  const reason = reasonOf(error, caFile !== undefined);
  return new TallymanError('CLI_UNREACHABLE', `${server} cannot be used: ${reason}`, { cause: error });
}

function reasonOf(error: unknown, hasCaFile: boolean): string {
  const code = systemCode(error) ?? '';
  const text = reasons[code];
  if (text !== undefined) return text;
  if (unknownAuthority.has(code)) {
    return hasCaFile
      ? 'its certificate is not signed by an authority in --ca-file: name the one that signed it'
      : "its certificate is signed by an authority that this machine does not know: name that authority's certificate with --ca-file";
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return 'it does not speak TLS: use http:// in --server, or its other port';
  if (code.startsWith('HPE_')) return 'it does not speak HTTP: use https:// in --server, or its other port';
  return errorText(error);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused: does the server run, and listen on this address and port?',
  ECONNRESET: 'the connection was closed before the answer: is it https:// that the server speaks there, or http://?',
  EPIPE: 'the connection was closed before all was sent: the server, or a proxy before it, does not take so much',
  ENOTFOUND: 'its name is not known: look at --server',
  EAI_AGAIN: 'its name cannot be resolved now: the name server does not answer',
  EHOSTUNREACH: 'there is no way to it: look at --server and at the network',
  ENETUNREACH: 'there is no way to its network: look at --server and at the network',
  ETIMEDOUT: 'nobody answers at that address: look at --server and at firewalls between',
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it on the server',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock of one of the two machines wrong?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: use the name in the certificate in --server',
};

const unknownAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);
