import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { errorText, systemCode } from '../base/errors.ts';

/** Why the engine's metrics could not be had. */
export const metricsFaults = [
  'absent',
  'refused',
  'denied',
  'timeout',
  'status',
  'too_large',
  'broken',
  'client_gone',
] as const;

export type MetricsFault = (typeof metricsFaults)[number];

/** What the engine said, byte for byte, or one line on why it said nothing. */
export type MetricsAnswer =
  | { ok: true; contentType: string | undefined; contentEncoding: string | undefined; body: Buffer }
  | { ok: false; fault: MetricsFault; message: string };

export interface MetricsRequest {
  accept?: string | undefined;
  acceptEncoding?: string | undefined;
  timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

export interface MetricsSocket {
  readonly path: string;
  /** Asks the engine for its metrics. Never rejects, and resolves within the time given. */
  get(options: MetricsRequest): Promise<MetricsAnswer>;
  close(): void;
}

/** An engine of a large swarm prints about 100 KB. */
const maxBytes = 16 * 1024 * 1024;
/** As many questions run at once; others wait, within their own time. */
const maxConnections = 8;

/**
 * The socket on which dockerd serves its own metrics: `<exec-root>/metrics.sock`, in a managed plugin
 * `/run/docker/metrics.sock`. A connection is made for each question: one to a daemon of before would be dead anyway.
 */
export function createMetricsSocket(path: string): MetricsSocket {
  const agent = new Agent({ keepAlive: false, maxSockets: maxConnections });

  const ask = (options: MetricsRequest, signal: AbortSignal): Promise<MetricsAnswer> =>
    new Promise((resolve, reject) => {
      const headers = {
        Host: 'docker',
        ...(options.accept === undefined ? {} : { Accept: options.accept }),
        ...(options.acceptEncoding === undefined ? {} : { 'Accept-Encoding': options.acceptEncoding }),
      };
      const call: ClientRequest = request({ agent, socketPath: path, path: '/metrics', headers, signal });
      call.on('error', reject);
      call.on('response', (response) => void readAnswer(response).then(resolve, reject));
      call.end();
    });

  return {
    path,
    async get(options) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const { signal: client } = options;
      try {
        return await ask(options, client === undefined ? timeout : AbortSignal.any([timeout, client]));
      } catch (error) {
        if (client?.aborted === true) return fault('client_gone', 'nobody waits for the answer any more');
        if (timeout.aborted) {
          const waited = `${String(options.timeoutMs / 1000)} s`;
          return fault('timeout', `the engine's metrics socket ${path} did not answer within ${waited}`);
        }
        return systemFault(path, error);
      }
    },
    close: () => agent.destroy(),
  };
}

function readAnswer(response: IncomingMessage): Promise<MetricsAnswer> {
  const { statusCode = 0, headers } = response;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        resolve(fault('too_large', `the engine's metrics are larger than ${String(maxBytes)} bytes`));
        response.destroy();
      }
    });
    response.on('end', () => {
      const body = Buffer.concat(chunks);
      if (statusCode === 200) {
        const { 'content-type': contentType, 'content-encoding': contentEncoding } = headers;
        resolve({ ok: true, contentType, contentEncoding, body });
      } else resolve(fault('status', statusMessage(statusCode, body)));
    });
    response.on('error', reject);
  });
}

function statusMessage(status: number, body: Buffer): string {
  const [line = ''] = body.subarray(0, 200).toString('utf8').trim().split('\n');
  const said = line.replaceAll(/\p{Cc}/gu, ' ').trim();
  return `the engine's metrics socket answers with status ${String(status)}${said === '' ? '' : `: ${said}`}`;
}

function systemFault(path: string, error: unknown): MetricsAnswer {
  switch (systemCode(error)) {
    case 'ENOENT':
      return fault(
        'absent',
        `there is no metrics socket at ${path}: is the Docker Engine running, and is it mounted here?`,
      );
    case 'ECONNREFUSED':
      return fault(
        'refused',
        `nothing listens on the metrics socket ${path}: the Docker Engine that made it has ended`,
      );
    case 'EACCES':
    case 'EPERM':
      return fault('denied', `this user may not open the metrics socket ${path}`);
    default:
      return fault('broken', `the engine's metrics could not be read from ${path}: ${errorText(error)}`);
  }
}

function fault(reason: MetricsFault, message: string): MetricsAnswer {
  return { ok: false, fault: reason, message };
}
