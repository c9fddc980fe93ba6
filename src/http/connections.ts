import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';

/** The open connections and running requests of one server: what a stop has to wait for, and to end. */
export interface Connections {
  /** Counts a request as running until its reply is complete or its client gone; the signal is aborted in the second case. */
  begin(response: ServerResponse): AbortSignal;
  isStopping(): boolean;
  /**
   * Takes no more connections, lets running requests end, and after `deadlineMs` destroys what is left.
   * Can be called again, also with a shorter deadline; each call resolves when all is closed.
   */
  stop(deadlineMs: number): Promise<void>;
}

export function trackConnections(server: Server & { closeIdleConnections(): void }): Connections {
  // The TCP connections: under TLS these are there before, and without, a connection that HTTP knows of.
  const sockets = new Set<Socket>();
  const requests = new Map<Socket, Set<AbortController>>();
  let closed: Promise<void> | undefined;
  let running = 0;

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const end = (): void => {
    running -= 1;
    if (closed !== undefined && running === 0) destroyAll();
  };
  /** The socket's own event: a reply that waits behind another on the same connection never sees the connection close. */
  const requestsOf = (socket: Socket): Set<AbortController> => {
    const known = requests.get(socket);
    if (known !== undefined) return known;
    const added = new Set<AbortController>();
    requests.set(socket, added);
    socket.once('close', () => {
      requests.delete(socket);
      for (const request of added) {
        request.abort();
        end();
      }
      added.clear();
    });
    return added;
  };

  return {
    begin(response) {
      const request = new AbortController();
      const siblings = requestsOf(response.req.socket).add(request);
      running += 1;
      response.once('close', () => {
        if (!siblings.delete(request)) return;
        if (!response.writableFinished) request.abort();
        end();
      });
      return request.signal;
    },

    isStopping: () => closed !== undefined,

    async stop(deadlineMs) {
      closed ??= new Promise((resolve) => server.close(() => resolve()));
      if (running === 0) destroyAll();
      const timer = setTimeout(destroyAll, deadlineMs);
      await closed;
      // The server counts a connection as closed before the connection itself says so, and its requests hear of it.
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      clearTimeout(timer);
    },
  };
}
