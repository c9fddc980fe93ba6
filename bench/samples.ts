import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './statistics.ts';

/** What one repetition cost. */
export interface Sample {
  wallMs: number;
  ownMs: number;
  engineMs: number;
}

export interface Contender {
  run(): Promise<unknown>;
  /** CPU time so far of whoever does the asking, and of the engine. */
  ownMs(): number;
  engineMs(): number;
}

/** Lets what a repetition left to do (closing, collecting garbage) end before the next one starts. */
const pauseMs = 60;

/**
 * Runs each contender once in every round, each round from another one on, so that whatever else the machine does, and
 * whatever comes before, meets all of them alike. Gives their samples in the order of the contenders.
 */
export async function sampleInTurn(contenders: readonly Contender[], rounds: number): Promise<Sample[][]> {
  const samples: Sample[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const position of contenders.keys()) {
      const index = (position + round) % contenders.length;
      const contender = contenders[index];
      if (contender !== undefined) samples[index]?.push(await sampleOnce(contender));
    }
  }
  return samples;
}

async function sampleOnce(contender: Contender): Promise<Sample> {
  // Reading the engine's many threads takes time of its own: outside of what is measured.
  const engineBefore = contender.engineMs();
  const ownBefore = contender.ownMs();
  const from = performance.now();
  await contender.run();
  const wallMs = performance.now() - from;
  await sleep(pauseMs);
  const ownMs = contender.ownMs() - ownBefore;
  return { wallMs, ownMs, engineMs: contender.engineMs() - engineBefore };
}

/** Each cost of a contender's usual repetition. */
export function usual(samples: readonly Sample[]): Sample {
  return {
    wallMs: median(samples.map(({ wallMs }) => wallMs)),
    ownMs: median(samples.map(({ ownMs }) => ownMs)),
    engineMs: median(samples.map(({ engineMs }) => engineMs)),
  };
}
