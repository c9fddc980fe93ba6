/** The fleet's servers, tried in turn, starting from a random one: a fleet's agents spread over them. */
export interface ServerRing {
  /** The one to try now. */
  current(): string;
  /** Go on to the next one. */
  advance(): void;
  readonly size: number;
}

export function createServerRing(servers: readonly string[], random: () => number): ServerRing {
  let at = Math.floor(random() * servers.length);
  return {
    current: () => servers[at] ?? '',
    advance() {
      at = (at + 1) % servers.length;
    },
    size: servers.length,
  };
}
