import { scrapeOf } from '../contenders.ts';
import { startExporter } from '../exporter-process.ts';
import { valueText, type Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { sampleInTurn, usual } from '../samples.ts';

export const oldEngine: Part = {
  name: 'old-engine',
  title: 'A scrape of running containers, Docker 20.10',
  requirements: ['20.10'],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const engine = await context.engine('20.10');
  await using exporter = await startExporter({ socketPath: engine.socketPath }, 2);
  const [samples = []] = await sampleInTurn([scrapeOf(exporter, () => engine.cpuMs())], context.quick ? 3 : 8);
  const { wallMs, ownMs, engineMs } = usual(samples);
  const most = Math.max(...samples.map((sample) => sample.wallMs));
  const detail = `CPU: own ${valueText(ownMs, 'ms')}, engine ${valueText(engineMs, 'ms')}`;
  yield { what: 'scrape', value: wallMs, unit: 'ms', atMost: 1500, detail };
  yield { what: 'scrape, the longest', value: most, unit: 'ms' };
}
