import type { CallRecord } from '../docker/call-record.ts';
import type { Observation, ObservationNeeds, ObservedContainer } from '../docker/observation.ts';
import type { LabelText } from '../metrics/labels.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Samples } from '../metrics/samples.ts';

/** A container with its labels as they are printed on each of its series. */
export interface LabelledContainer extends ObservedContainer {
  series: LabelText;
  /** Whether those labels hold the container's id already. */
  hasIdLabel: boolean;
}

export interface CollectorInput {
  observation: Observation;
  /** The observed containers, one for each label set. */
  containers: readonly LabelledContainer[];
  /** Containers left out because another one has the same labels. */
  duplicates: number;
  /** Unix time in milliseconds. */
  now: number;
  calls: CallRecord;
}

/** The groups users switch as a whole; `exporter` is what Tallyman says of itself. */
export type CollectorGroup = 'container' | 'system' | 'exporter';

/** One concern: a pure function from what the engine said to samples. It is switched by `collection.collectors.<name>`. */
export interface Collector {
  name: string;
  group: CollectorGroup;
  doc: string;
  needs: Partial<ObservationNeeds>;
  metrics: readonly Metric[];
  collect(input: CollectorInput, samples: Samples): void;
}
