import { isIP } from 'node:net';
import type { Hello } from '../../protocol/frames.ts';

const hostName = /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/;

/**
 * Where a host's exporter is, as JSON for the host's row; empty where it has none, or names no address. One that
 * listens everywhere is at the address the agent came from.
 */
export function exporterText(exporter: NonNullable<Hello['exporter']> | undefined, peer: string): string {
  if (exporter === undefined || !exporter.path.startsWith('/')) return '';
  const isEverywhere = exporter.address === '0.0.0.0' || exporter.address === '::';
  const address = isEverywhere ? peer : exporter.address;
  if (isIP(address) === 0 && !hostName.test(address)) return '';
  return JSON.stringify({ address, port: exporter.port, tls: exporter.tls, path: exporter.path });
}
