import { containerName, isIncluded, type ContainerFilters } from '../docker/container-filter.ts';
import type { NetworkedContainer } from '../docker/networked-list.ts';

/** One entry of Prometheus' HTTP service discovery. Source: https://prometheus.io/docs/prometheus/latest/http_sd/ */
export interface TargetGroup {
  targets: [string];
  labels: Record<string, string>;
}

export interface DiscoveryOptions {
  filters: ContainerFilters;
  /** Where containers on the host's network are reached. */
  hostAddress: string;
}

/**
 * The running containers that ask to be scraped by their labels:
 * - `prometheus.io/scrape`: `true`
 * - `prometheus.io/port`: the port inside the container; the lowest exposed TCP port when left out
 * - `prometheus.io/path` (`/metrics`), `prometheus.io/scheme` (`http`)
 * - `prometheus.io/network`: which of its networks to use; the first by name when left out
 * A container whose labels make no target (no port, no address, another scheme) is left out.
 */
export function discoverTargets(listed: readonly NetworkedContainer[], options: DiscoveryOptions): TargetGroup[] {
  return listed
    .filter((container) => container.State === 'running' && isIncluded(container, options.filters))
    .flatMap((container) => toTarget(container, options.hostAddress) ?? [])
    .toSorted((a, b) => (a.targets[0] < b.targets[0] ? -1 : 1));
}

function toTarget(container: NetworkedContainer, hostAddress: string): TargetGroup | undefined {
  const label = (name: string): string | undefined => {
    const labels = container.Labels ?? {};
    const value = Object.hasOwn(labels, name) ? labels[name]?.trim() : undefined;
    return value === '' ? undefined : value;
  };
  if (label('prometheus.io/scrape')?.toLowerCase() !== 'true') return undefined;
  const scheme = label('prometheus.io/scheme')?.toLowerCase() ?? 'http';
  const port = toPort(label('prometheus.io/port')) ?? lowestPort(container);
  const address = toAddress(container, label('prometheus.io/network'), hostAddress);
  if (port === undefined || address === undefined || (scheme !== 'http' && scheme !== 'https')) return undefined;
  const path = label('prometheus.io/path') ?? '/metrics';
  return {
    targets: [`${address.ip.includes(':') ? `[${address.ip}]` : address.ip}:${String(port)}`],
    labels: {
      __metrics_path__: path.startsWith('/') ? path : `/${path}`,
      __scheme__: scheme,
      __meta_docker_container_id: container.Id,
      __meta_docker_network_name: address.network,
      compose_project: label('com.docker.compose.project') ?? '',
      compose_service: label('com.docker.compose.service') ?? '',
      container_name: containerName(container),
      image: container.Image ?? '',
    },
  };
}

function toPort(text: string | undefined): number | undefined {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

function lowestPort(container: NetworkedContainer): number | undefined {
  const ports = (container.Ports ?? []).filter(({ Type }) => Type == null || Type === 'tcp');
  return ports.map(({ PrivatePort }) => PrivatePort).toSorted((a, b) => a - b)[0];
}

function toAddress(
  container: NetworkedContainer,
  wanted: string | undefined,
  hostAddress: string,
): { ip: string; network: string } | undefined {
  if (container.HostConfig?.NetworkMode === 'host') return { ip: hostAddress, network: 'host' };
  const networks = Object.entries(container.NetworkSettings?.Networks ?? {})
    .map(([network, settings]) => ({ network, ip: settings?.IPAddress || settings?.GlobalIPv6Address || '' }))
    .filter(({ network, ip }) => ip !== '' && (wanted === undefined || network === wanted));
  return networks.toSorted((a, b) => (a.network < b.network ? -1 : 1))[0];
}
