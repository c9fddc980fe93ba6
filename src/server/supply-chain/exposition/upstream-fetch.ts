import http from 'node:http';
import https from 'node:https';
import { errorText, systemCode } from '../../../base/errors.ts';
import { buildInfo } from '../../../base/build-info.ts';

export type Fetched =
  | { isGood: true; contentType: string; text: string }
  | { isGood: false; isTimeout: boolean; reason: string };

/** Docker's answers have some ten kilobytes. */
const bodyAtMost = 16 * 1024 * 1024;

/** Asks another exporter for its page. Never rejects, follows no redirect: the token is for that address alone. */
export async function fetchUpstream(
  url: string,
  { token, timeoutMs, signal }: { token: string; timeoutMs: number; signal: AbortSignal },
): Promise<Fetched> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await ask(url, token, AbortSignal.any([signal, limit]));
    const contentType = answer.headers['content-type'] ?? '';
    if (answer.statusCode !== 200) {
      answer.destroy();
      return bad(statusReason(answer.statusCode ?? 0));
    }
    if (!/^(?:text\/plain|application\/openmetrics-text) *(?:;|$)/i.test(contentType)) {
      answer.destroy();
      return bad(`it answered with ${JSON.stringify(contentType)}, which is no exposition: look at scout.upstream.url`);
    }
    return { isGood: true, contentType, text: await readText(answer) };
  } catch (error) {
    if (limit.aborted) return { isGood: false, isTimeout: true, reason: `no answer in ${String(timeoutMs / 1000)} s` };
    return bad(`it cannot be reached: ${systemCode(error) ?? errorText(error)}`);
  }
}

function bad(reason: string): Fetched {
  return { isGood: false, isTimeout: false, reason };
}

function ask(url: string, token: string, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'text/plain; version=0.0.4',
      'accept-encoding': 'identity',
      'user-agent': `tallyman/${buildInfo.version}`,
    };
    const { get } = url.startsWith('https:') ? https : http;
    get(url, { headers, signal, agent: false }, resolve).on('error', reject);
  });
}

async function readText(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyAtMost) throw new Error(`its answer is larger than ${String(bodyAtMost)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function statusReason(status: number): string {
  const words: Readonly<Record<number, string>> = {
    401: 'it does not take the token: set another in scout.upstream.token',
    403: "its user is no owner of the organisation there: use an owner's token in scout.upstream.token",
    404: 'it knows no such organisation: look at scout.upstream.orgs',
    429: 'it was asked too often',
  };
  return `it answered with ${String(status)}${words[status] === undefined ? '' : `: ${words[status]}`}`;
}
