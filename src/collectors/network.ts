import type { ContainerStats } from '../docker/schemas.ts';
import { joinLabels, labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

type Interface = NonNullable<NonNullable<ContainerStats['networks']>[string]>;

const fields = [
  ['rx_bytes', 'receive_bytes', 'Bytes received.'],
  ['tx_bytes', 'transmit_bytes', 'Bytes sent.'],
  ['rx_packets', 'receive_packets', 'Packets received.'],
  ['tx_packets', 'transmit_packets', 'Packets sent.'],
  ['rx_errors', 'receive_errors', 'Errors while receiving.'],
  ['tx_errors', 'transmit_errors', 'Errors while sending.'],
  ['rx_dropped', 'receive_dropped', 'Received packets that were dropped.'],
  ['tx_dropped', 'transmit_dropped', 'Packets to send that were dropped.'],
] as const satisfies readonly (readonly [keyof Interface, string, string])[];

const metrics = fields.map(([field, name, help]) => ({
  field,
  metric: defineMetric({
    name: `container_network_${name}_total`,
    type: 'counter',
    help,
    labels: ['interface'],
    perContainer: true,
    when: 'running, with a network of its own',
    source: `networks.*.${field}`,
    contract: true,
  }),
}));

export const network: Collector = {
  name: 'network',
  group: 'container',
  doc: 'network interfaces of running containers',
  needs: { stats: true },
  metrics: metrics.map(({ metric }) => metric),
  collect({ containers }, samples) {
    for (const { series, stats } of containers) {
      // A container on the host's network, or on none, has no `networks` at all.
      for (const [name, numbers] of Object.entries(stats?.networks ?? {})) {
        const labels = joinLabels(series, labelText([['interface', name]]));
        for (const { field, metric } of metrics) samples.add(metric, labels, numbers[field]);
      }
    }
  },
};
