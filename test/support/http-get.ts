import * as http from 'node:http';
import * as https from 'node:https';

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

export interface HttpGetOptions {
  headers?: Record<string, string>;
  /** The certificate of the authority to trust, in PEM. */
  ca?: string | Buffer | undefined;
  /** 30 s by default. */
  timeoutMs?: number;
}

/** A GET request on a connection of its own. Rejects when no complete answer came in time; any HTTP status is an answer. */
export function httpGet(url: string, options: HttpGetOptions = {}): Promise<HttpAnswer> {
  const { timeoutMs = 30_000 } = options;
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { agent: false, headers: options.headers ?? {}, ca: options.ca, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        let text = '';
        answer
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
          .on('error', reject);
      },
    );
    call.on('error', reject).end();
  });
}
