import type { Fleet, HostView, StackView } from '../../fleet/fleet.ts';

/** A host of which everything is known. */
export function hostView(name: string, change: Partial<HostView> = {}): HostView {
  return {
    id: `id-of-${name}`,
    name,
    status: 'online',
    reasons: [],
    lastSeenSeconds: 3,
    joined: true,
    createdAt: 1_700_000_000_000,
    agentVersion: '1.0.0',
    engineVersion: '29.0.0',
    clockSkewSeconds: 0.1,
    certificateNotAfter: 1_800_000_000_000,
    exporter: { address: '10.0.0.1', port: 9200, tls: false, path: '/metrics' },
    containers: ['web', 'db'].map((service) => ({
      id: `${name}-${service}`,
      name: `shop-${service}`,
      image: 'busybox',
      state: service === 'web' ? ('running' as const) : ('exited' as const),
      health: 'none' as const,
      exitCode: service === 'web' ? null : 137,
      project: 'shop',
      service,
    })),
    ...change,
  };
}

/** A fleet of these hosts, each with the stack `shop`. */
export function fleetDouble(views: readonly HostView[]): Fleet {
  return {
    hosts: (names) => Promise.resolve(views.filter(({ name }) => names === undefined || names.has(name))),
    stacks: (hosts) =>
      hosts.map(({ name }): StackView => ({
        host: name,
        name: 'shop',
        state: 'partial',
        reasons: ['db has exited with 137'],
        services: [{ name: 'web', containers: 1, running: 1 }],
      })),
  };
}
