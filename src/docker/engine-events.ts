import type { IncomingMessage } from 'node:http';
import type { Log } from '../base/log.ts';
import { errorText } from '../base/errors.ts';
import type { CallRecord } from './call-record.ts';
import type { DockerClient } from './client.ts';
import type { CallFailure } from './engine-call.ts';
import { eventSchema, type EngineEvent } from './schemas.ts';

/**
 * The events that change what Tallyman remembers. `exec_*`, which every health probe emits, are not among them.
 * `died`, `remove`, `cleanup` and `init` are Podman's words.
 */
const watchedActions =
  'create start restart stop die oom pause unpause rename update health_status destroy ' +
  'died remove cleanup init commit pull tag untag import load delete prune';

const filters = { type: ['container', 'image', 'volume', 'network'], event: watchedActions.split(' ') };

/** Without the engine's clock the stream begins a moment after its headers: only later answers are kept true by it. */
const settleMs = 250;

export interface EngineEvents {
  /**
   * Connects in the background if not connected, not connecting and not refused. Called at each scrape: there is no
   * timer that tries again.
   */
  ensure(): void;
  /** Whether everything read since `since` (monotonic, ms) has been kept true by events without a gap. */
  coveredSince(since: number): boolean;
  stop(): void;
}

export interface EngineEventsOptions {
  client: DockerClient;
  record: CallRecord;
  log: Log;
  monotonic: () => number;
  onEvent: (event: EngineEvent) => void;
  /** The stream ended after it had been open: the engine may have restarted. */
  onLost: () => void;
}

export function createEngineEvents(options: EngineEventsOptions): EngineEvents {
  const { client, record, log, monotonic } = options;
  let abort: AbortController | undefined;
  let trustedFrom: number | undefined;
  let opened = false;

  const follow = async (signal: AbortSignal): Promise<void> => {
    const askedAt = monotonic();
    // The engine replays what happened since: nothing is missed between its headers and its first event.
    const clock = client.engine()?.clock;
    const response = await client.events(filters, clock === undefined ? undefined : clock - 1, signal);
    trustedFrom = clock === undefined ? monotonic() + settleMs : askedAt;
    opened = true;
    log.debug('following the engine events');
    try {
      await readEvents(response, options.onEvent, (reason) => record.addFailure('events', reason));
    } finally {
      trustedFrom = undefined;
    }
  };

  return {
    ensure() {
      if (abort !== undefined || !record.mayAsk('events')) return;
      const current = new AbortController();
      abort = current;
      follow(current.signal)
        .catch((error: unknown) => {
          if (!current.signal.aborted) log.debug({ reason: errorText(error) }, 'the engine events are not available');
        })
        .finally(() => {
          if (abort === current) abort = undefined;
          if (opened && !current.signal.aborted) options.onLost();
          opened = false;
        });
    },
    coveredSince: (since) => trustedFrom !== undefined && since >= trustedFrom,
    stop() {
      abort?.abort();
      abort = undefined;
    },
  };
}

/** A line longer than this is no event: labels of a container are the largest part of one. */
const maxLineLength = 1024 * 1024;

async function readEvents(
  response: IncomingMessage,
  onEvent: (event: EngineEvent) => void,
  onFailure: (reason: CallFailure) => void,
): Promise<void> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = parseEvent(line);
      if (event !== undefined) onEvent(event);
      else if (line.trim() !== '') onFailure('invalid');
    }
    if (rest.length > maxLineLength) {
      onFailure('too_large');
      throw new Error('an event is longer than 1 MiB');
    }
  }
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
