import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { errorText, systemCode, TallymanError } from '../base/errors.ts';
import { makeFolder } from '../base/make-folder.ts';

/** How long a look at a socket may take. */
const connectTimeoutMs = 1000;

/**
 * Makes a Unix socket for its owner only, and listens. One that a dead process has left is replaced.
 * Rejects with a TallymanError: PLUGIN_SOCKET_IN_USE, PLUGIN_SOCKET_FAILED.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  try {
    makeFolder(dirname(path), 0o755);
    await removeDeadSocket(path);
    await listen(server, path);
    chmodSync(path, 0o600);
  } catch (error) {
    if (error instanceof TallymanError) throw error;
    const message = `the plugin socket ${path} cannot be made: ${errorText(error)}`;
    throw new TallymanError('PLUGIN_SOCKET_FAILED', message, { cause: error });
  }
}

/** Connects and closes. Gives the system's code of what went wrong; undefined when somebody listens. */
export function tryConnect(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (code: string | undefined): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(connectTimeoutMs, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error) => end(systemCode(error) ?? 'EIO'));
  });
}

async function removeDeadSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error('there is something at its path that is no socket');
  const fault = await tryConnect(path);
  if (fault === 'ECONNREFUSED') unlinkSync(path);
  else if (fault === undefined) {
    throw new TallymanError(
      'PLUGIN_SOCKET_IN_USE',
      `the plugin socket ${path} is another process': stop that one first`,
    );
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
