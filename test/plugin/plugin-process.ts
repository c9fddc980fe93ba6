import { join } from 'node:path';
import { startBackground, type BackgroundProcess } from '../support/background-process.ts';
import { findFreePort } from '../support/free-port.ts';
import { httpGet, type HttpAnswer, type HttpGetOptions } from '../support/http-get.ts';
import { waitFor } from '../support/wait-for.ts';

export const program = join(import.meta.dirname, '../../bin/tallyman');

export interface PluginProcess extends BackgroundProcess {
  readonly port: number;
  get(path: string, options?: HttpGetOptions): Promise<HttpAnswer>;
}

/** Starts `tallyman plugin` on a free port and returns when it listens. */
export async function startPluginProcess(...args: readonly string[]): Promise<PluginProcess> {
  const port = await findFreePort();
  const env = { PATH: process.env['PATH'] };
  const child = startBackground(program, ['plugin', '--listen', `127.0.0.1:${String(port)}`, ...args], { env });
  try {
    await waitFor('the plugin to listen', () => !child.isRunning() || child.output().includes('the plugin listens'));
    if (!child.isRunning()) throw new Error('it ended');
  } catch (error) {
    await child.stop();
    throw new Error(`tallyman plugin does not start:\n${child.output()}`, { cause: error });
  }

  return { ...child, port, get: (path, options) => httpGet(`http://127.0.0.1:${String(port)}${path}`, options) };
}
