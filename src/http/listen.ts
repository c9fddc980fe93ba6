import type { AddressInfo, Server } from 'node:net';
import { errorText, systemCode, TallymanError } from '../base/errors.ts';

/** What users set to change where a server listens, for the messages. */
export interface ListenSetting {
  address: string;
  port: string;
}

const usualSetting: ListenSetting = { address: 'server.address', port: 'server.port' };

/**
 * Listens and resolves with the address in force (the port is the system's choice where 0 was asked).
 * Rejects with a TallymanError that says what to do: HTTP_PORT_IN_USE, HTTP_PORT_DENIED, HTTP_ADDRESS_UNKNOWN, HTTP_LISTEN_FAILED.
 */
export function listen(
  server: Server,
  address: string,
  port: number,
  setting: ListenSetting = usualSetting,
): Promise<{ address: string; port: number }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(listenError(error, address, port, setting));
    server.once('error', fail);
    server.listen({ host: address, port }, () => {
      server.off('error', fail);
      const bound = server.address() as AddressInfo;
      resolve({ address: bound.address, port: bound.port });
    });
  });
}

function listenError(cause: Error, address: string, port: number, setting: ListenSetting): TallymanError {
  const at = `port ${port} on ${address}`;
  switch (systemCode(cause)) {
    case 'EADDRINUSE':
      return new TallymanError('HTTP_PORT_IN_USE', `${at} is in use: stop what holds it or set ${setting.port}`, {
        cause,
      });
    case 'EACCES':
      return new TallymanError(
        'HTTP_PORT_DENIED',
        `${at} may not be opened by this user: set ${setting.port} to one above 1023 or grant CAP_NET_BIND_SERVICE`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new TallymanError(
        'HTTP_ADDRESS_UNKNOWN',
        `${address} is no address of this host: set ${setting.address} to one that is, or to 0.0.0.0 or :: for all`,
        { cause },
      );
    default:
      return new TallymanError('HTTP_LISTEN_FAILED', `cannot listen at ${at}: ${errorText(cause)}`, { cause });
  }
}
