import type { Clock } from '../../base/clock.ts';
import { TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { createOnceLog } from '../../base/once-log.ts';
import type { BatchRow, Store } from '../../store/store.ts';
import type { ServerCounters } from '../server-counters.ts';
import { repeat, type Repetition } from '../tasks/repeat.ts';
import { toCurrent, type CurrentSamples } from './current-samples.ts';
import { createGroupCommit } from './group-commit.ts';
import type { SampleBatch, SampleFamily, SampleIntake } from './sample-batch.ts';
import { decodeBatch, encodeBatch } from './stored-batch.ts';

export interface SampleStoreOptions {
  store: Pick<Store, 'kind' | 'now' | 'batches'>;
  counters: Pick<ServerCounters, 'samplesReceived' | 'samplesDropped' | 'refused'>;
  /** This start of the server. */
  instanceId: string;
  clock: Clock;
  log: Log;
  /** Samples older than this are no host's current ones; a minute by default. */
  freshMs?: number;
  /** How often to look for what other servers on the same database were given; a second by default. */
  pollMs?: number;
  /** How long a batch waits for others to be stored with; 50 ms by default. */
  gatherMs?: number;
}

export interface SampleStore extends SampleIntake {
  /** Loads what is current, and begins to follow the other servers where there can be any. */
  start(): Promise<void>;
  /** Each host's newest samples by the host's id, where they are fresh. */
  current(): ReadonlyMap<string, CurrentSamples>;
  /** The host is gone. */
  forget(hostId: string): void;
  /** Reads a stored batch; undefined, told once and counted, for one that cannot be read. */
  read(row: BatchRow): Promise<readonly SampleFamily[] | undefined>;
  /** Stores what waits. Can be called twice, and before start. */
  stop(): Promise<void>;
}

const groupSize = 256;
/** Batches that may wait to be stored, and the series they may hold together; past that agents keep theirs. */
const waitingBatches = 2000;
const waitingSeries = 4_000_000;

/** Batches of other servers that are asked for at once. */
const pageRows = 200;

/** Faults that no batch of its own can be to blame for. */
const databaseFaults: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'STORE_FULL', 'STORE_DAMAGED']);

type NewBatch = Omit<BatchRow, 'id' | 'receivedAt'>;

export function createSampleStore(options: SampleStoreOptions): SampleStore {
  const { store, counters, instanceId, clock, log, freshMs = 60_000, pollMs = 1000, gatherMs = 50 } = options;
  const held = new Map<string, CurrentSamples>();
  const onceLog = createOnceLog(log);
  const waiting = { batches: 0, series: 0 };
  /** The database's clock less ours. */
  let offsetMs = 0;
  /** The last batch of all servers that was looked at; they appear in the order of their ids. */
  let lastId = 0;
  let polling: Repetition | undefined;

  const commits = createGroupCommit<NewBatch, 'stored' | 'duplicate'>({
    commit: (rows) => store.batches.add(rows),
    isItemFault: (error) => !(error instanceof TallymanError && databaseFaults.has(error.code)),
    gatherMs,
    groupSize,
  });

  const isFresh = (at: number): boolean => clock.now() + offsetMs - at < freshMs;

  /** What came late is history: it never becomes what is current. */
  const hold = (hostId: string, takenAt: number, families: readonly SampleFamily[]): void => {
    const before = held.get(hostId);
    // A time ahead of ours would keep what follows out.
    const at = Math.min(takenAt, clock.now() + offsetMs);
    if (!isFresh(at) || (before !== undefined && before.at >= at)) return;
    held.set(hostId, toCurrent(hostId, at, families, before));
  };

  const read = async (row: BatchRow): Promise<readonly SampleFamily[] | undefined> => {
    const families = await decodeBatch(row.data);
    if (families === undefined) {
      counters.samplesDropped(1, 'unreadable');
      onceLog.warn(
        `batch ${row.hostId}`,
        { hostId: row.hostId, id: row.id },
        'a stored batch of samples cannot be read',
      );
    }
    return families;
  };

  const takeRow = async (row: BatchRow): Promise<void> => {
    if (row.isLate || !isFresh(row.at) || (held.get(row.hostId)?.at ?? 0) >= row.at) return;
    const families = await read(row);
    if (families !== undefined) hold(row.hostId, row.at, families);
  };

  const measureOffset = async (): Promise<void> => {
    offsetMs = store.kind === 'sqlite' ? 0 : (await store.now()) - clock.now();
  };

  /** What other servers have stored since. */
  const follow = async (): Promise<void> => {
    await measureOffset();
    for (let isMore = true; isMore;) {
      const rows = await store.batches.after(lastId, pageRows);
      for (const row of rows) {
        if (row.instanceId !== instanceId) await takeRow(row);
        lastId = row.id;
      }
      isMore = rows.length === pageRows;
    }
  };

  const receive = async (
    host: { id: string },
    { bootId, number, isLate }: { bootId: string; number: number; isLate: boolean },
    { at: takenAt, families }: SampleBatch,
    series: number,
  ): Promise<'stored' | 'duplicate'> => {
    const at = Math.round(takenAt);
    const data = await encodeBatch(families);
    const outcome = await commits.add({ hostId: host.id, bootId, number, at, isLate, instanceId, data });
    if (outcome === 'stored') counters.samplesReceived(series, isLate);
    if (!isLate) hold(host.id, at, families);
    return outcome;
  };

  return {
    async start() {
      await measureOffset();
      lastId = await store.batches.lastId();
      for (const row of await store.batches.latest()) await takeRow(row);
      if (store.kind === 'postgres') polling = repeat({ name: 'samples', everyMs: pollMs, log }, follow);
    },

    async receive(host, origin, batch) {
      const series = batch.families.reduce((sum, { values }) => sum + values.length, 0);
      if (waiting.batches >= waitingBatches || waiting.series + series > waitingSeries) {
        counters.refused('samples_queue_full');
        throw new TallymanError('SAMPLES_QUEUE_FULL', 'too many batches wait for the database: send it again later');
      }
      waiting.batches += 1;
      waiting.series += series;
      try {
        return await receive(host, origin, batch, series);
      } finally {
        waiting.batches -= 1;
        waiting.series -= series;
      }
    },

    current() {
      for (const [hostId, { at }] of held) if (!isFresh(at)) held.delete(hostId);
      return new Map(held);
    },

    forget: (hostId) => void held.delete(hostId),
    read,

    async stop() {
      await polling?.stop();
      await commits.stop();
    },
  };
}
