import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { contentTypes, writeExposition } from '../../metrics/exposition.ts';
import { negotiateFormat } from '../../metrics/negotiate-format.ts';
import type { Samples } from '../../metrics/samples.ts';
import type { Store } from '../../store/store.ts';
import type { Principal } from '../principal.ts';
import { defineApiRoute, type ApiRoute } from '../api/api-route.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { SampleStore } from '../samples/sample-store.ts';
import { containersExposition } from './containers-exposition.ts';
import { createDiscoveryRoute } from './discovery-route.ts';
import { createFederateRoute } from './federate-route.ts';
import { freshSamples } from './fresh-samples.ts';
import { createHostSamplesRoute } from './host-samples-route.ts';
import type { ServerFacts } from './own-families.ts';
import { databaseTimeout } from './scrape-deadline.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { createServerPage, type ServerPage } from './server-page.ts';
import { streamedReply, wholeReply } from './text-reply.ts';

export interface MetricsRouteOptions {
  store: Pick<Store, 'now' | 'hosts' | 'batches' | 'audit'>;
  fleet: Fleet;
  samples: SampleStore;
  metrics: ServerMetrics;
  facts: ServerFacts;
  /** What other parts of the server add to /metrics, while the database answers. Never rejects. */
  more?: (samples: Samples, principal: Principal) => Promise<void>;
  clock: Clock;
  log: Log;
}

/** Everything that Prometheus asks of the server. */
export function metricsRoutes(options: MetricsRouteOptions): readonly ApiRoute[] {
  const page = createServerPage(options);
  return [
    createServerRoute(page),
    createContainersRoute(options),
    createFederateRoute({ ...options, page }),
    createDiscoveryRoute(options.fleet),
    createHostSamplesRoute(options),
  ];
}

function createServerRoute(page: ServerPage): ApiRoute {
  return defineApiRoute({
    method: 'GET',
    path: '/metrics',
    permission: 'metrics.read',
    tag: 'metrics',
    summary: "The server's own metrics: hosts, stacks, agents, requests, the audit log, the process",
    produces: contentTypes.text,
    async handle({ principal, request }) {
      const format = negotiateFormat(request.headers.get('accept') ?? undefined);
      const samples = await page.collect(principal, databaseTimeout(request));
      const text = writeExposition(samples, { format, namespace: '', globalLabels: '' });
      return wholeReply(request, contentTypes[format], text);
    },
  });
}

function createContainersRoute({ fleet, samples }: Pick<MetricsRouteOptions, 'fleet' | 'samples'>): ApiRoute {
  return defineApiRoute({
    method: 'GET',
    path: '/metrics/containers',
    permission: 'metrics.read',
    tag: 'metrics',
    summary: 'The metrics of all containers, by host, from what agents sent; hosts that are offline are left out',
    produces: contentTypes.text,
    async handle({ principal, request }) {
      const format = negotiateFormat(request.headers.get('accept') ?? undefined);
      const hosts = freshSamples(await fleet.hosts(principal.hosts), samples);
      return streamedReply(request, contentTypes[format], containersExposition(hosts, format));
    },
  });
}
