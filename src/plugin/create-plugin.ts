import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { createMetricsSocket, type MetricsAnswer } from '../docker/metrics-socket.ts';
import type { Route } from '../http/route.ts';
import { createCollection } from './collection.ts';
import { createProtocol, type ProtocolHandlers } from './protocol.ts';
import { createProtocolServer } from './protocol-server.ts';
import { createPluginRoutes, type PluginRouteOptions } from './routes.ts';
import { createSelfMetrics } from './self-metrics.ts';

export interface PluginOptions {
  /** The engine's socket with its metrics. */
  metricsSocket: string;
  /** Where the engine calls the plugin; undefined when standalone. */
  pluginSocket: string | undefined;
  paths: PluginRouteOptions['paths'];
  isHealthExempt: boolean;
  /**
   * Asks for a new process. With live restore a plugin outlives its daemon, and then has the socket of the one that has
   * ended; the engine mounts the new one when it starts a plugin that has ended. Only after a daemon that was not
   * killed: what that one leaves mounted keeps engines 20.10 to 28.5 from starting the plugin until it is disabled.
   */
  renew: () => void;
  /** How long a metrics socket has to be dead before that. */
  renewAfterMs?: number;
  clock: Clock;
  log: Log;
}

export interface Plugin {
  /** What it answers over HTTP. */
  routes: readonly Route[];
  /** Opens the plugin socket, where there is one. Rejects with a TallymanError that says why that failed. */
  start(): Promise<void>;
  /** May be called twice, and before `start`; never rejects. */
  stop(deadlineMs: number): Promise<void>;
}

/** How long a call of the engine may wait for the engine's own metrics: a look whether they are there. */
const lookMs = 1000;

/** The metrics collector plugin without its HTTP server: the engine's protocol and the routes that serve the metrics. */
export function createPlugin(options: PluginOptions): Plugin {
  const { pluginSocket, log } = options;
  const collection = createCollection({ standalone: pluginSocket === undefined });
  const socket = createMetricsSocket(options.metricsSocket);
  const self = createSelfMetrics();
  let renewal: NodeJS.Timeout | undefined;

  const look = (): Promise<MetricsAnswer> => socket.get({ timeoutMs: lookMs });
  const renewIfDead = async (): Promise<void> => {
    if (!isDead(await look()) || collection.phase() !== 'collecting') return;
    log.warn('the metrics socket here is that of a daemon that has ended: ending, so that the engine starts this anew');
    options.renew();
  };

  const handlers: ProtocolHandlers = {
    async startMetrics() {
      clearTimeout(renewal);
      const before = collection.start();
      log.info('the engine has started metrics collection');
      const answer = await look();
      if (answer.ok) return undefined;
      if (isDead(answer) && before === 'stopped') {
        renewal = setTimeout(() => void renewIfDead(), options.renewAfterMs ?? 2000);
      }
      const isKilled = isDead(answer) && before === 'collecting';
      const message = isKilled ? `${answer.message}: disable and enable this plugin` : answer.message;
      // Not every engine logs what it is answered: 28 was seen not to.
      log[isKilled ? 'error' : 'warn'](message);
      return message;
    },
    stopMetrics() {
      collection.stop();
      log.info('the engine has stopped metrics collection');
    },
  };
  const server =
    pluginSocket === undefined
      ? undefined
      : createProtocolServer({
          socketPath: pluginSocket,
          protocol: createProtocol(handlers),
          onAnswer(call, status) {
            self.called(call, status === 200);
            if (status !== 200) log.warn({ call: call ?? 'unknown', status }, 'a wrong call at the plugin socket');
          },
          log,
        });

  return {
    routes: createPluginRoutes({ ...options, collection, socket, self }),
    start: async () => server?.start(),
    async stop(deadlineMs) {
      clearTimeout(renewal);
      await server?.stop(deadlineMs);
      socket.close();
    },
  };
}

function isDead(answer: MetricsAnswer): boolean {
  return !answer.ok && (answer.fault === 'refused' || answer.fault === 'absent');
}
