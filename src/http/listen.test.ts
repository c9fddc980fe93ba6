import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

/** A server whose listening fails with a code. */
function failing(code: string): Server {
  const server = createServer();
  server.listen = () => {
    server.emit('error', Object.assign(new Error(`listen ${code}`), { code }));
    return server;
  };
  return server;
}

test.each([
  ['EADDRINUSE', 'HTTP_PORT_IN_USE', 'port 80 on 0.0.0.0 is in use: stop what holds it or set server.port'],
  [
    'EACCES',
    'HTTP_PORT_DENIED',
    'port 80 on 0.0.0.0 may not be opened by this user: set server.port to one above 1023 or grant CAP_NET_BIND_SERVICE',
  ],
  [
    'ENOTFOUND',
    'HTTP_ADDRESS_UNKNOWN',
    '0.0.0.0 is no address of this host: set server.address to one that is, or to 0.0.0.0 or :: for all',
  ],
  ['EMFILE', 'HTTP_LISTEN_FAILED', 'cannot listen at port 80 on 0.0.0.0: listen EMFILE'],
])('%s', async (code, ours, message) => {
  await expect(listen(failing(code), '0.0.0.0', 80)).rejects.toMatchObject({ code: ours, message, cause: { code } });
});
