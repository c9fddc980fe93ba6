import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SamplesFrame } from '../../protocol/frames.ts';
import type { SampleIntake } from '../samples/sample-batch.ts';
import type { ServerCounters } from '../server-counters.ts';
import type { AgentSocket } from './agent-socket.ts';
import { batchesInFlight } from './gateway-limits.ts';
import { readBatch, sampleCount } from './incoming-batch.ts';
import { createLabelTable } from './label-table.ts';

export interface SampleDelivery {
  /** Throws a Breach for what no agent of ours would send. */
  take(frame: SamplesFrame): void;
}

export interface SampleDeliveryOptions {
  host: { id: string; name: string };
  bootId: string;
  socket: AgentSocket;
  intake: SampleIntake;
  counters: ServerCounters;
  sampleMs: number;
  /** By the database's clock. */
  now: () => number;
  /** The agent's clock less the database's, in milliseconds. */
  skewMs: () => number;
  log: Log;
}

/**
 * Brings the batches of one connection to the intake, in their order, a few at a time. A batch that is stored, or was
 * before, is acknowledged; one that can never be stored is rejected; of one that could not be stored now the agent hears
 * nothing, and sends it again.
 */
export function createSampleDelivery(options: SampleDeliveryOptions): SampleDelivery {
  const { host, bootId, socket, intake, counters, sampleMs, log } = options;
  const table = createLabelTable();
  let inFlight = 0;
  let release: (() => void) | undefined;
  let isFailing = false;

  const deliver = async (frame: SamplesFrame, { batch, isLate }: Exclude<ReturnType<typeof readBatch>, string>) => {
    try {
      await intake.receive(host, { bootId, number: frame.batch, isLate }, batch);
      socket.send({ type: 'stored', batch: frame.batch });
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ host: host.name }, `a batch of samples cannot be stored now: ${errorText(error)}`);
      isFailing = true;
    } finally {
      inFlight -= 1;
      release?.();
      release = undefined;
    }
  };

  return {
    take(frame) {
      const read = readBatch(frame, table, { now: options.now(), skewMs: options.skewMs(), sampleMs });
      if (typeof read === 'string') {
        counters.samplesDropped(sampleCount(frame), read);
        socket.send({ type: 'rejected', batch: frame.batch, reason: rejections[read] });
        return;
      }
      for (const [reason, count] of read.dropped) counters.samplesDropped(count, reason);
      inFlight += 1;
      if (inFlight >= batchesInFlight) release ??= socket.hold();
      void deliver(frame, read);
    },
  };
}

const rejections = {
  too_old: 'the samples are older than the server keeps them',
  future: 'the samples were taken in the future, by the clock of the database',
} as const;
