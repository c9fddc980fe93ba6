import { expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { createSamples, type Samples } from '../../metrics/samples.ts';
import { createRuntimeMeter, runtimeMetrics } from './runtime-families.ts';

/** Something for the collector to collect. */
function makeGarbage(): number {
  return Array.from({ length: 200_000 }, (_, i) => ({ i })).length;
}

test('every family is there once it was measured, collections of garbage too', async () => {
  const meter = createRuntimeMeter();
  try {
    const names = async (): Promise<string[]> => {
      const samples: Samples = createSamples();
      await meter.collect(samples);
      return [...samples.families()].map(([{ name }]) => name);
    };
    const all = runtimeMetrics.map(({ name }) => name).toSorted();
    const seen = await waitFor('all families', async () => {
      makeGarbage();
      const found = (await names()).toSorted();
      return found.length === all.length && found;
    });
    expect(seen).toEqual(all);
  } finally {
    meter.stop();
    meter.stop();
  }
});
