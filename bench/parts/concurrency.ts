import { scrapeOf } from '../contenders.ts';
import { startExporter } from '../exporter-process.ts';
import { valueText, type Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { sampleInTurn, usual } from '../samples.ts';

/** The default, then `performance.max_concurrent` from few to more than there are containers. */
const limits = [undefined, 10, 20, 40, 60, 80, 100, 1000];

export const concurrency: Part = {
  name: 'concurrency',
  title: 'A scrape by performance.max_concurrent, Docker 28',
  requirements: ['28'],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const engine = await context.engine('28');
  await using exporters = new AsyncDisposableStack();
  const contenders = [];
  for (const limit of limits) {
    const env = limit === undefined ? {} : { MAX_CONCURRENT: String(limit) };
    const exporter = exporters.use(await startExporter({ socketPath: engine.socketPath, env }));
    contenders.push(scrapeOf(exporter, () => engine.cpuMs()));
  }
  const samples = await sampleInTurn(contenders, context.quick ? 3 : 8);
  for (const [index, { wallMs, ownMs, engineMs }] of samples.map(usual).entries()) {
    const what = limits[index] === undefined ? 'the default' : String(limits[index]);
    const detail = `CPU: own ${valueText(ownMs, 'ms')}, engine ${valueText(engineMs, 'ms')}`;
    yield { what, value: wallMs, unit: 'ms', detail };
  }
}
