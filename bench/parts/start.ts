import { valueText, type Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { startRecordedEngine } from '../recorded-engine-process.ts';
import { measureStart } from '../start-time.ts';
import { median } from '../statistics.ts';

const mostMs = 400;

/** The program files are in the disk cache: the first start of all is not counted. */
export const start: Part = {
  name: 'start',
  title: 'From start to the first answer, an engine of recorded answers',
  requirements: [],
  async *measure(context) {
    await using engine = await startRecordedEngine(context.containers);
    yield* measureStarts(context, engine.socketPath);
  },
};

export const startLive: Part = {
  name: 'start-live',
  title: 'From start to the first answer, Docker 28',
  requirements: ['28'],
  async *measure(context) {
    yield* measureStarts(context, (await context.engine('28')).socketPath);
  },
};

async function* measureStarts({ quick }: BenchContext, socketPath: string): AsyncIterable<Figure> {
  await measureStart(socketPath, '/metrics');
  for (const path of ['/health', '/metrics']) {
    const times: number[] = [];
    for (let i = 0; i < (quick ? 3 : 10); i += 1) times.push(await measureStart(socketPath, path));
    const detail = `least ${valueText(Math.min(...times), 'ms')}, longest ${valueText(Math.max(...times), 'ms')}`;
    yield { what: path, value: median(times), unit: 'ms', atMost: mostMs, detail };
  }
}
