import { accessSync, constants, readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { systemCode, TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { environment } from '../../config/environment.ts';
import type { openLocalApi } from '../../server/local-api.ts';
import type { Carrier, Question } from './api-caller.ts';
import type { StateWay } from './way.ts';

export type OpenLocalApi = typeof openLocalApi;

/** Carries calls to the API's code in this process, which works on the state as the server itself does. */
export async function openLocalCarrier(way: StateWay, open: OpenLocalApi, log: Log): Promise<Carrier> {
  checkDataFolder(way);
  const { data = '', database = '', secret } = way;
  const api = await open({ data, database, secret, environment: environment(), log });
  return {
    // The API wants a whole URL; only its path counts.
    send: ({ method, path, headers, body }) =>
      api.fetch(new Request(`http://localhost${path}`, { method, headers, ...bodyOf(body) })),
    advice: () => '',
    close: () => api.close(),
  };
}

function bodyOf(body: Question['body']): RequestInit {
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  const stream = Readable.toWeb(Readable.from(body, { objectMode: false })) as ReadableStream<Uint8Array>;
  // A request whose body is a stream has to say that its answer comes after it.
  return { body: stream, duplex: 'half' };
}

/**
 * A tool makes no folder where there is none, and no state among other things: a misspelt name is a mistake. An empty
 * folder is one that somebody has prepared for a server. What `mayBeMissing` is going to be made.
 */
export function checkDataFolder({ data, database }: StateWay, { mayBeMissing = false } = {}): void {
  if (data === undefined || database !== undefined) return;
  const refuse = (why: string, cause?: unknown): TallymanError =>
    new TallymanError('CLI_STATE', `the data folder ${data} ${why}`, { cause });
  const hint = 'name the folder that the server was started with (--data or TALLYMAN_DATA)';
  let names: readonly string[];
  try {
    names = readdirSync(data);
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && mayBeMissing) return;
    if (code === 'ENOENT') throw refuse(`is not there: ${hint}`, error);
    if (code === 'ENOTDIR') throw refuse(`is no folder: ${hint}`, error);
    throw refuse(`cannot be written (${String(code)}): run this as the user that the server runs as`, error);
  }
  if (names.length > 0 && !names.includes('tallyman.db')) throw refuse(`has no server's state in it: ${hint}`);
}
