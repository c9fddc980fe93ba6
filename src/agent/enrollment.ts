import { createPrivateKey } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { buildInfo } from '../base/build-info.ts';
import { errorText, TallymanError } from '../base/errors.ts';
import { enrollPath, enrollReplySchema, type EnrollReply, type EnrollRequest } from '../protocol/enrollment.ts';
import { createCertificateRequest } from './certificate-request.ts';
import { belongsTogether, fingerprintOfPem } from './certificates.ts';
import { toDenial } from './denial.ts';
import { refuseStranger } from './server-trust.ts';
import { connectTls } from './tls-connect.ts';

export interface EnrollmentOptions {
  /** `https://host:port` */
  server: string;
  token: string;
  fingerprint: string;
  /** PEM */
  key: string;
  /** Unix milliseconds. */
  now: number;
  signal: AbortSignal;
}

/** An attempt to join that gave no certificate. */
export class EnrollmentFault extends Error {
  /**
   * refused: this server will never take this token; stranger: what answers is not the fleet's server; unavailable:
   * another attempt may work.
   */
  readonly kind: 'refused' | 'stranger' | 'unavailable';

  constructor(kind: EnrollmentFault['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The largest answer that is read: two certificates and a name. */
const longestReply = 256 * 1024;

/**
 * Asks one server once for the agent's certificate. The server has to prove who it is before the token is sent.
 * @throws EnrollmentFault
 */
export async function enroll(options: EnrollmentOptions): Promise<EnrollReply> {
  const { token, key, fingerprint, signal } = options;
  const socket = await reach(options);
  try {
    const csr = createCertificateRequest(createPrivateKey(key));
    const body: EnrollRequest = { token, csr, version: buildInfo.version };
    const { status, text } = await post(socket, options.server, JSON.stringify(body), signal);
    if (status !== 200 && status !== 201) throw refusal(status, text);
    return checkedReply(text, key, fingerprint);
  } catch (error) {
    if (error instanceof EnrollmentFault) throw error;
    const reason = signal.aborted ? 'no answer in time' : errorText(error);
    throw new EnrollmentFault('unavailable', reason, { cause: error });
  } finally {
    socket.destroy();
  }
}

async function reach({ server, fingerprint, now, signal }: EnrollmentOptions): Promise<TLSSocket> {
  const socket = connectTls(server, {});
  const abort = (): void => void socket.destroy(new Error('no answer in time'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      if (signal.aborted) abort();
    });
  } catch (cause) {
    socket.on('error', () => undefined).destroy();
    throw new EnrollmentFault('unavailable', errorText(cause), { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
  socket.on('error', () => undefined);
  const reason = refuseStranger(socket, [fingerprint], now);
  if (reason === undefined) return socket;
  socket.destroy();
  throw new EnrollmentFault('stranger', reason);
}

async function post(
  socket: TLSSocket,
  server: string,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      method: 'POST',
      path: enrollPath,
      host: new URL(server).host,
      setDefaultHeaders: true,
      headers,
      signal,
      createConnection: () => socket,
    })
      .once('response', resolve)
      .on('error', reject)
      .end(body);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > longestReply) throw new Error('the answer is too long');
  }
  return { status: response.statusCode ?? 0, text };
}

/** Statuses by which a server, or what stands before it, says "later". */
const passing: ReadonlySet<number> = new Set([404, 408, 421, 425, 429]);

function refusal(status: number, text: string): EnrollmentFault {
  const isFinal = status >= 400 && status < 500 && !passing.has(status);
  return new EnrollmentFault(isFinal ? 'refused' : 'unavailable', toDenial(status, text).reason);
}

function checkedReply(text: string, key: string, fingerprint: string): EnrollReply {
  let reply: EnrollReply;
  let isOurs: boolean;
  try {
    reply = enrollReplySchema.parse(JSON.parse(text));
    isOurs = fingerprintOfPem(reply.ca) === fingerprint && belongsTogether(reply.certificate, key, [reply.ca]);
  } catch (cause) {
    throw new EnrollmentFault('unavailable', 'the answer is none of the protocol', { cause });
  }
  if (!isOurs)
    throw new EnrollmentFault('unavailable', 'the certificate it gave is not for this key, or not of its CA');
  return reply;
}

/** What ends the program when joining can never work. */
export function joinError(fault: EnrollmentFault, server: string, fingerprint: string): TallymanError {
  if (fault.kind === 'stranger') {
    return new TallymanError(
      'AGENT_WRONG_CA',
      `${server} is not the server with the CA ${fingerprint}: ${fault.message}; compare the line with that of \`tallyman host add\``,
      { cause: fault },
    );
  }
  return new TallymanError(
    'AGENT_JOIN_REFUSED',
    `${server} does not let this agent join (${fault.message}): start it with a new line of \`tallyman host join-token\`, or of \`tallyman host add\` where the host was removed`,
    { cause: fault },
  );
}
