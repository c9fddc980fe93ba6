/** The bounds of one HTTP server; times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  headersTimeoutMs: number;
  requestTimeoutMs: number;
  keepAliveTimeoutMs: number;
  stalledReplyMs: number;
  checkIntervalMs: number;
  handshakeTimeoutMs: number;
  headerBytes: number;
  bodyBytes: number;
  connections: number;
}

export const defaultHttpLimits: HttpLimits = {
  /** A client that sends its head slower than this holds a connection for nothing. */
  headersTimeoutMs: 10_000,
  /** Head and body together. */
  requestTimeoutMs: 30_000,
  /** Longer than the usual scrape interval of 60 s, so that each scrape finds its connection open. */
  keepAliveTimeoutMs: 75_000,
  /** A reply of which the client takes nothing for this long is given up. */
  stalledReplyMs: 60_000,
  /** How often the two timeouts of a request are looked at: they end up to this much late, and an idle server wakes this seldom. */
  checkIntervalMs: 10_000,
  handshakeTimeoutMs: 10_000,
  headerBytes: 16 * 1024,
  /** Requests here are commands and plugin calls; reports with more to say go elsewhere. */
  bodyBytes: 64 * 1024,
  /** What a container of 64 MiB can hold; more are closed as they come. */
  connections: 1024,
};
