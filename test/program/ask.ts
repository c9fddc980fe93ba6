import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  /** The authority to trust, in PEM. */
  ca?: string;
  /** Takes any certificate. */
  insecure?: boolean;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** As it came, not decompressed. */
  body: Buffer;
  text: string;
  /** The name in the server's certificate, under TLS. */
  certificate: string | undefined;
}

/** One request on a connection of its own, its answer as it was sent. Rejects when there is none within 30 seconds. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, ca, insecure = false }: Question = {},
): Promise<Answer> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const tls = { ca, rejectUnauthorized: !insecure };
    const options = { agent: false, method, headers, ...tls, signal: AbortSignal.timeout(30_000) };
    const call = request(url, options, (answer) => {
      const parts: Buffer[] = [];
      const certificate = peerName(answer.socket);
      answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        const { statusCode: status = 0, headers } = answer;
        resolve({ status, headers, body, text: body.toString(), certificate });
      });
    });
    call.on('error', reject).end();
  });
}

/** The headers of Basic authentication. */
export function basic(username: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** Whether anything answers HTTP there. */
export function answers(url: string): Promise<boolean> {
  return ask(url).then(
    () => true,
    () => false,
  );
}

function peerName(socket: object): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const name = socket.getPeerCertificate().subject?.CN;
  return Array.isArray(name) ? name[0] : name;
}
