import type { LabelText } from '../../metrics/labels.ts';

/** One host's samples of one moment, checked: known metrics, canonical label sets, no label called `host`. */
export interface SampleBatch {
  /** Unix milliseconds at which they were taken, by the agent's clock as corrected by the gateway. */
  at: number;
  families: readonly SampleFamily[];
}

export interface SampleFamily {
  name: string;
  labels: readonly LabelText[];
  values: readonly number[];
}

/** Where the gateway takes batches. */
export interface SampleIntake {
  /**
   * Stores a batch for good before it resolves, so that the agent may forget it; batches of many hosts are written
   * together. Rejects when it cannot be stored: the agent then keeps it.
   */
  receive(
    host: { id: string; name: string },
    origin: { bootId: string; number: number; isLate: boolean },
    batch: SampleBatch,
  ): Promise<'stored' | 'duplicate'>;
}
