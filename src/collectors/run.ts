import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { createOnceLog } from '../base/once-log.ts';
import type { CallRecord } from '../docker/call-record.ts';
import type { Observation, ObservationNeeds } from '../docker/observation.ts';
import { createSamples, type Samples } from '../metrics/samples.ts';
import type { Collector, CollectorInput } from './collector.ts';
import { createContainerLabeller, type ContainerLabelOptions } from './container-labels.ts';
import { collectSelf, type CollectorScore } from './self.ts';

export interface CollectorRunnerOptions {
  collectors: readonly Collector[];
  /** Switches of the groups: a group that is off has no score. */
  groups: readonly ('container' | 'system')[];
  labels: ContainerLabelOptions;
  calls: CallRecord;
  clock: Clock;
  log: Log;
}

export interface CollectorRunner {
  /** What the engine has to be asked for these collectors. */
  needs: ObservationNeeds;
  /** Counts the observation's errors; once for each observation that has ended. */
  countErrors(observation: Observation): void;
  /** Turns an observation into samples. A collector that throws loses its own samples only. */
  run(observation: Observation): Samples;
}

export function createCollectorRunner(options: CollectorRunnerOptions): CollectorRunner {
  const { collectors, clock, log } = options;
  const labeller = createContainerLabeller(options.labels);
  const onceLog = createOnceLog(log);
  const errors = new Map<string, number>();
  const needed = (answer: keyof ObservationNeeds): boolean => collectors.some(({ needs }) => needs[answer] === true);

  const addErrors = (collector: string, count: number): void => {
    errors.set(collector, (errors.get(collector) ?? 0) + count);
  };

  const runOne = (collector: Collector, input: CollectorInput, samples: Samples): void => {
    const own = createSamples();
    try {
      collector.collect(input, own);
    } catch (error) {
      addErrors(collector.name, 1);
      onceLog.warn(collector.name, { collector: collector.name }, `a collector failed: ${errorText(error)}`);
      return;
    }
    samples.append(own);
  };

  return {
    needs: {
      stats: needed('stats'),
      inspect: needed('inspect'),
      counts: needed('counts'),
      version: needed('version'),
    },
    countErrors(observation) {
      // The list belongs to no single collector: without it there is nothing, whatever is switched on.
      addErrors('container', observation.errors.container);
      addErrors('system', observation.errors.system);
    },
    run(observation) {
      const { labelled, duplicates } = labeller(observation.containers);
      for (const { id, name } of duplicates) {
        onceLog.warn(`duplicate ${id}`, { id, name }, 'left out: a container with a lower id has the same labels');
      }
      const input: CollectorInput = {
        observation,
        containers: labelled,
        duplicates: duplicates.length,
        now: clock.now(),
        calls: options.calls,
      };
      const samples = createSamples();
      const scores: CollectorScore[] = options.groups.map((group) => ({
        collector: group,
        seconds: observation.seconds[group],
        errors: errors.get(group) ?? 0,
      }));
      for (const collector of collectors) {
        const from = clock.monotonic();
        runOne(collector, input, samples);
        const seconds = (clock.monotonic() - from) / 1000;
        scores.push({ collector: collector.name, seconds, errors: errors.get(collector.name) ?? 0 });
      }
      collectSelf(input, scores, samples);
      return samples;
    },
  };
}
