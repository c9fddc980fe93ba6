import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { defineApiRoute, type ApiRoute } from '../api/api-route.ts';
import type { Fleet, HostView } from '../fleet/fleet.ts';

const targetGroupSchema = z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) });
type TargetGroup = z.infer<typeof targetGroupSchema>;

/** For `http_sd_configs`: the exporters of the hosts that have one, offline ones too, so that they show as down. */
export function createDiscoveryRoute(fleet: Fleet): ApiRoute {
  return defineApiRoute({
    method: 'GET',
    path: '/api/v1/sd',
    permission: 'metrics.read',
    tag: 'metrics',
    summary: "The exporters of the hosts, for Prometheus' HTTP service discovery",
    reply: z.array(targetGroupSchema),
    async handle({ principal }) {
      return (await fleet.hosts(principal.hosts)).flatMap(toTargetGroup);
    },
  });
}

function toTargetGroup({ name, status, exporter }: HostView): TargetGroup[] {
  if (exporter === undefined) return [];
  const { address, port, tls, path } = exporter;
  const host = isIPv6(address) ? `[${address}]` : address;
  return [
    {
      targets: [`${host}:${String(port)}`],
      labels: {
        __meta_tallyman_host: name,
        __meta_tallyman_status: status,
        __metrics_path__: path,
        __scheme__: tls ? 'https' : 'http',
        host: name,
      },
    },
  ];
}
