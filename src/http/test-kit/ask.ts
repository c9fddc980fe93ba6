import http, { type IncomingHttpHeaders } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import type { PeerCertificate, TLSSocket } from 'node:tls';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The server's certificate, under TLS. */
  certificate?: PeerCertificate;
  /** The protocol, cipher and so on of the connection, under TLS. */
  protocol?: string | null;
  cipher?: string;
  resumed?: boolean;
}

export interface Question extends RequestOptions {
  port: number;
  tls?: boolean;
  body?: string | Uint8Array;
}

/** One request on a connection of its own (unless an agent is given), its reply read whole. */
export function ask(question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { tls, body, ...options } = question;
    const send = tls === true ? https.request : http.request;
    const request = send({ host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      const socket = response.socket as TLSSocket;
      const facts =
        tls === true
          ? {
              certificate: socket.getPeerCertificate(),
              protocol: socket.getProtocol(),
              cipher: socket.getCipher().name,
              resumed: socket.isSessionReused(),
            }
          : {};
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          ...facts,
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function basic(username: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
