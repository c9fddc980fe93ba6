import type { Log } from '../base/log.ts';
import { createOnceLog } from '../base/once-log.ts';
import { createMetricsSocket, type MetricsAnswer } from '../docker/metrics-socket.ts';
import { writeExposition, type ExpositionFormat, type ExpositionOptions } from '../metrics/exposition.ts';
import { defineMetric, type Metric } from '../metrics/metric.ts';
import { createSamples } from '../metrics/samples.ts';
import { joinExposition, toEngineText } from './engine-metrics-text.ts';

const up = defineMetric({
  name: 'exporter_engine_metrics_up',
  type: 'gauge',
  when: "always, if the engine's metrics socket is there",
  help: "Whether the engine's own metrics are in this scrape.",
  source: 'engine.metrics_socket',
});

/** What the exporter says of the engine's own metrics. */
export const engineMetricsMetrics: readonly Metric[] = [up];

export interface EngineMetricsOptions {
  /** The engine's `<exec-root>/metrics.sock`; empty for none. */
  socketPath: string;
  /** The exporter's own metrics, whose names are taken. */
  own: readonly Metric[];
  namespace: string;
  globalLabels: ExpositionOptions['globalLabels'];
  log: Log;
}

/** The engine's metrics at one moment. */
export interface EngineReading {
  /** Puts the engine's families behind the exporter's; gives `exposition` as it is when there are none. */
  appendTo(exposition: string, format: ExpositionFormat): string;
}

export interface EngineMetrics {
  /** Never rejects, and ends within the time given. Scrapes at the same time share one reading: the same object. */
  read(timeoutMs: number): Promise<EngineReading>;
  stop(): void;
}

/** Reads the engine's own metrics for the exporter's scrapes. Without a socket, or the right to open it, it is off. */
export function createEngineMetrics(options: EngineMetricsOptions): EngineMetrics {
  const socket = createMetricsSocket(options.socketPath);
  const onceLog = createOnceLog(options.log);
  const taken = new Set([...options.own, up].map(({ name }) => name));
  let current: Promise<EngineReading> | undefined;

  const toReading = (answer: MetricsAnswer): EngineReading => {
    if (answer.ok) {
      onceLog.reset();
      return createReading(answer.body.toString('utf8'), options, taken);
    }
    if (answer.fault === 'absent') return off;
    onceLog.warn(answer.fault, { socket: options.socketPath }, answer.message);
    return answer.fault === 'denied' ? off : createReading(undefined, options, taken);
  };
  const ask = async (timeoutMs: number): Promise<EngineReading> => {
    const answer = await socket.get({ accept: 'text/plain;version=0.0.4', timeoutMs });
    current = undefined;
    return toReading(answer);
  };

  return {
    async read(timeoutMs) {
      if (options.socketPath === '') return off;
      if (current === undefined) {
        current = ask(timeoutMs);
        return current;
      }
      // A socket that hangs for the scrape that asked first hangs for this one too: whichever gives up first.
      return (await within(current, timeoutMs)) ?? createReading(undefined, options, taken);
    },
    stop: () => socket.close(),
  };
}

const off: EngineReading = { appendTo: (exposition) => exposition };

/** `text` is the engine's, in the text format 0.0.4; undefined where it could not be had. */
function createReading(
  text: string | undefined,
  options: EngineMetricsOptions,
  taken: ReadonlySet<string>,
): EngineReading {
  const samples = createSamples();
  samples.add(up, '', Number(text !== undefined));
  return {
    appendTo(exposition, format) {
      const { namespace, globalLabels } = options;
      const own = writeExposition(samples, { format: 'text', namespace, globalLabels });
      const engine = text === undefined ? '' : toEngineText(text, { format, namespace, globalLabels, taken });
      return joinExposition(exposition, own + engine, format);
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
