import { statSync } from 'node:fs';
import { errorText, systemCode } from '../base/errors.ts';
import type { EngineAddress } from './transport.ts';
import { addressText } from './transport.ts';

/** Says in one line why the engine could not be reached and what to do about it. */
export function connectionAdvice(address: EngineAddress, error: unknown): string {
  const where = addressText(address);
  const code = systemCode(error);
  if (address.kind === 'unix') {
    if (code === 'ENOENT') {
      return `no Docker Engine at ${where}: there is no such socket (start the engine, or set docker.host or DOCKER_HOST)`;
    }
    if (code === 'EACCES') {
      return `no access to ${where}: permission denied (run with the socket's group${socketGroup(address.socketPath)}, or as a user who may use it)`;
    }
    if (code === 'ECONNREFUSED') return `no Docker Engine at ${where}: the socket is there, but nothing listens on it`;
  }
  if (code === 'ECONNREFUSED') return `no Docker Engine at ${where}: connection refused`;
  return `no Docker Engine at ${where}: ${errorText(error)}`;
}

function socketGroup(path: string): string {
  try {
    const { gid } = statSync(path);
    return `, ${String(gid)}: in a container --group-add ${String(gid)}`;
  } catch {
    return '';
  }
}
