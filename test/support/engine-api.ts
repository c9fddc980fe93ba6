import { request } from 'node:http';

/** An answer of the engine that is not a success. */
export class EngineAnswerError extends Error {
  readonly status: number;

  constructor(path: string, status: number, body: string) {
    super(`GET ${path}: ${String(status)} ${body}`);
    this.status = status;
  }
}

/** Asks an engine directly, without the program under test: GET `path` over the unix socket, the answer's JSON. */
export async function loadFromEngine(socketPath: string, path: string): Promise<unknown> {
  const { status, body } = await get(socketPath, path);
  if (status !== 200) throw new EngineAnswerError(path, status, body);
  return JSON.parse(body);
}

/** Whether an engine answers at the socket. */
export async function isEngineUp(socketPath: string): Promise<boolean> {
  try {
    return (await get(socketPath, '/_ping')).status === 200;
  } catch {
    return false;
  }
}

function get(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false, timeout: 30_000 }, (answer) => {
      let body = '';
      answer
        .setEncoding('utf8')
        .on('data', (text: string) => (body += text))
        .on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
        .on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`GET ${path}: no answer in 30 s`)));
    call.on('error', reject).end();
  });
}
