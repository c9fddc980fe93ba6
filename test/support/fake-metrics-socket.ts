import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createTempFolder } from './temp-folder.ts';

export interface FakeMetricsSocket {
  readonly path: string;
  /** Ends the daemon: its connections break, and its socket's file goes. */
  close(): Promise<void>;
}

/** A folder for sockets that goes with the test. */
export function socketFolder(): string {
  const folder = createTempFolder();
  onTestFinished(() => folder.remove());
  return folder.path;
}

/** Stands in for the daemon's metrics socket for the length of a test. */
export async function serveMetricsSocket(
  listener: RequestListener,
  path = join(socketFolder(), 'm.sock'),
): Promise<FakeMetricsSocket> {
  const sockets = new Set<Socket>();
  const server = createServer(listener).on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(close);
  return { path, close };
}
