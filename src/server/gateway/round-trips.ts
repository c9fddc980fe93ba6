import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';

/** The first ping of a connection goes out this early; the others with the interval of heartbeats. */
const firstMs = 1000;

export interface RoundTrips {
  /** Seconds of the last one; undefined before the first. */
  last(): number | undefined;
  stop(): void;
}

/** Pings an agent over its connection; one ping is under way at a time, and only its own answer counts. */
export function createRoundTrips(options: {
  ws: WebSocket;
  clock: Clock;
  everyMs: number;
  onRoundTrip(seconds: number): void;
}): RoundTrips {
  const { ws, clock, everyMs } = options;
  let last: number | undefined;
  let sent: { payload: Buffer; at: number } | undefined;

  const ping = (): void => {
    if (ws.readyState === ws.OPEN) {
      sent = { payload: randomBytes(8), at: clock.monotonic() };
      ws.ping(sent.payload);
    }
    timer = setTimeout(ping, everyMs);
  };
  let timer = setTimeout(ping, Math.min(firstMs, everyMs));
  ws.on('pong', (payload) => {
    if (sent === undefined || !payload.equals(sent.payload)) return;
    last = (clock.monotonic() - sent.at) / 1000;
    sent = undefined;
    options.onRoundTrip(last);
  });
  return { last: () => last, stop: () => clearTimeout(timer) };
}
