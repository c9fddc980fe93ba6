import { createBareLoop, listStatsPaths } from '../bare-loop.ts';
import { loopOf, scrapeOf } from '../contenders.ts';
import { startExporter } from '../exporter-process.ts';
import { valueText, type Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { sampleInTurn, usual, type Sample } from '../samples.ts';

const inFlight = [10, 20, 40, 60, 80, 100];

/** Beside the statistics a scrape asks for the container list; the rest is for what cannot be measured better. */
const engineMost = 1.1;

export const scrape: Part = {
  name: 'scrape',
  title: 'A scrape of running containers, Docker 28',
  requirements: ['28'],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const engine = await context.engine('28');
  const engineMs = (): number => engine.cpuMs();
  const paths = await listStatsPaths(engine.socketPath);
  using loops = new DisposableStack();
  const bareLoops = inFlight.map((count) => loops.use(createBareLoop(engine.socketPath, paths, count)));
  await using exporter = await startExporter({ socketPath: engine.socketPath });
  for (const loop of bareLoops) await loop.run();

  const contenders = [
    scrapeOf(exporter, engineMs),
    scrapeOf(exporter, engineMs, { 'Accept-Encoding': 'gzip' }),
    ...bareLoops.map((loop) => loopOf(loop, engineMs)),
  ];
  const samples = await sampleInTurn(contenders, context.quick ? 5 : 15);
  const [plain, gzip, ...bare] = samples.map(usual);
  const best = bare.reduce((one, other) => (other.wallMs < one.wallMs ? other : one));
  if (plain === undefined || gzip === undefined) throw new Error('nothing was measured');

  for (const [index, loop] of bare.entries()) {
    yield { what: `bare loop, ${String(inFlight[index])} in flight`, ...wall(loop, samples[index + 2]) };
  }
  const bestInFlight = String(inFlight[bare.indexOf(best)]);
  yield { what: 'the engine itself: the best bare loop', ...wall(best), detail: `${bestInFlight} in flight` };
  yield { what: 'scrape', ...wall(plain, samples[0]) };
  yield { what: 'scrape, gzip', ...wall(gzip, samples[1]) };
  yield { what: 'scrape against the bare loop', ...ratio(plain.wallMs, best.wallMs), atMost: 1.5 };
  yield { what: 'scrape against the bare loop, gzip', ...ratio(gzip.wallMs, best.wallMs), atMost: 1.5 };
  yield { what: 'own CPU a scrape', value: plain.ownMs, unit: 'ms', atMost: 40 };
  yield { what: 'own CPU a scrape, gzip', value: gzip.ownMs, unit: 'ms', atMost: 40 };
  yield { what: 'engine CPU a bare loop', value: best.engineMs, unit: 'ms' };
  yield { what: 'engine CPU a scrape', value: plain.engineMs, unit: 'ms' };
  yield { what: 'engine CPU against the bare loop', ...ratio(plain.engineMs, best.engineMs), atMost: engineMost };
}

function wall(sample: Sample, all: readonly Sample[] = []): Pick<Figure, 'value' | 'unit' | 'detail'> {
  const least = Math.min(...all.map(({ wallMs }) => wallMs));
  const cpu = `CPU: own ${valueText(sample.ownMs, 'ms')}, engine ${valueText(sample.engineMs, 'ms')}`;
  const detail = all.length === 0 ? cpu : `least ${valueText(least, 'ms')}; ${cpu}`;
  return { value: sample.wallMs, unit: 'ms', detail };
}

function ratio(one: number, other: number): Pick<Figure, 'value' | 'unit'> {
  return { value: one / other, unit: 'times' };
}
