/** Why the server ends an agent's connection (WebSocket close codes of the private range). */
export const closeCodes = {
  /** No version of the protocol that both speak. */
  version: 4000,
  /** The same host has connected anew. */
  replaced: 4001,
  /** A message that is no message of the protocol, too large, out of order or a replay. */
  violation: 4002,
  /** The certificate was revoked, or the host removed: there is no use in coming again. */
  revoked: 4003,
  /** The server stops; another one may take over. */
  going: 4004,
  /** No hello, or no heartbeat, for too long. */
  silent: 4005,
} as const;

export type CloseReason = keyof typeof closeCodes;
