import { collectors } from '../../collectors/index.ts';
import { selfMetrics } from '../../collectors/self.ts';

/** The metrics that agents may send: those of an exporter. */
export const knownMetrics: ReadonlySet<string> = new Set(
  [...collectors.flatMap(({ metrics }) => metrics), ...selfMetrics].map(({ name }) => name),
);
