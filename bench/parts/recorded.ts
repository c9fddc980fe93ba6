import { scrapeOf } from '../contenders.ts';
import { startExporter } from '../exporter-process.ts';
import { valueText, type Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { startRecordedEngine } from '../recorded-engine-process.ts';
import { sampleInTurn, usual, type Sample } from '../samples.ts';

const sizes = [100, 250, 500, 1000];

export const recorded: Part = {
  name: 'recorded',
  title: 'Many containers, an engine of recorded answers',
  requirements: [],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  await using processes = new AsyncDisposableStack();
  const contenders = [];
  for (const size of sizes) {
    const engine = processes.use(await startRecordedEngine(size));
    const exporter = processes.use(await startExporter({ socketPath: engine.socketPath }));
    contenders.push(scrapeOf(exporter, () => 0));
  }
  const samples = (await sampleInTurn(contenders, context.quick ? 4 : 15)).map(usual);
  for (const [index, { wallMs, ownMs }] of samples.entries()) {
    const size = sizes[index] ?? 0;
    const goal = size === 1000 ? { atMost: 500 } : {};
    const what = `scrape, ${String(size)} containers`;
    yield { what, value: wallMs, unit: 'ms', ...goal, detail: `CPU: own ${valueText(ownMs, 'ms')}` };
  }
  const [, few, , many] = samples;
  if (few === undefined || many === undefined) return;
  yield { what: 'a container of 1,000 against one of 250, wall', ...growth(few, many, 'wallMs') };
  yield { what: 'a container of 1,000 against one of 250, CPU', ...growth(few, many, 'ownMs') };
}

/** Linear is 1; beyond this a scrape's cost grows faster than the containers. */
const linear = 1.2;

function growth(few: Sample, many: Sample, cost: 'wallMs' | 'ownMs'): Omit<Figure, 'what'> {
  return { value: many[cost] / 1000 / (few[cost] / 250), unit: 'times', atMost: linear };
}
