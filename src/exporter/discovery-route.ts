import { errorText } from '../base/errors.ts';
import type { DockerClient } from '../docker/client.ts';
import { textReply, type Route } from '../http/route.ts';
import { discoverTargets, type DiscoveryOptions } from './service-discovery.ts';

/** Where Prometheus' `http_sd_configs` asks. */
export const discoveryPath = '/api/v1/sd';

/** Service discovery from container labels. Without the engine it answers 503: Prometheus then keeps what it knows. */
export function createDiscoveryRoute(client: DockerClient, timeoutMs: number, options: DiscoveryOptions): Route {
  return {
    path: discoveryPath,
    async handle() {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        await client.negotiate(signal);
        const targets = discoverTargets(await client.listWithNetworks(signal), options);
        return { status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(targets)}\n` };
      } catch (error) {
        return textReply(503, `the Docker Engine cannot be asked for containers: ${errorText(error)}`);
      }
    },
  };
}
