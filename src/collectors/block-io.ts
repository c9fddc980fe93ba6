import type { ContainerStats } from '../docker/schemas.ts';
import { joinLabels, labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const counter = { type: 'counter', perContainer: true, when: 'running', labels: ['device'], contract: true } as const;

const readBytes = defineMetric({
  ...counter,
  name: 'container_fs_reads_bytes_total',
  help: 'Bytes read from the block device.',
  source: 'blkio_stats.io_service_bytes_recursive, op read',
});
const writtenBytes = defineMetric({
  ...counter,
  name: 'container_fs_writes_bytes_total',
  help: 'Bytes written to the block device.',
  source: 'blkio_stats.io_service_bytes_recursive, op write',
});
const reads = defineMetric({
  ...counter,
  name: 'container_fs_reads_total',
  help: 'Reads from the block device. The Engine API does not give them on cgroup v2.',
  source: 'blkio_stats.io_serviced_recursive, op read',
});
const writes = defineMetric({
  ...counter,
  name: 'container_fs_writes_total',
  help: 'Writes to the block device. The Engine API does not give them on cgroup v2.',
  source: 'blkio_stats.io_serviced_recursive, op write',
});

export const blockIo: Collector = {
  name: 'block_io',
  group: 'container',
  doc: 'block device reads and writes of running containers',
  needs: { stats: true },
  metrics: [readBytes, writtenBytes, reads, writes],
  collect({ containers }, samples) {
    for (const { series, stats } of containers) {
      const io = stats?.blkio_stats;
      for (const [metric, entries, op] of [
        [readBytes, io?.io_service_bytes_recursive, 'read'],
        [writtenBytes, io?.io_service_bytes_recursive, 'write'],
        [reads, io?.io_serviced_recursive, 'read'],
        [writes, io?.io_serviced_recursive, 'write'],
      ] as const) {
        for (const [device, value] of sumByDevice(entries, op)) {
          samples.add(metric, joinLabels(series, labelText([['device', device]])), value);
        }
      }
    }
  },
};

type Entries = NonNullable<ContainerStats['blkio_stats']>['io_service_bytes_recursive'];

/** Operations are `Read`, `Write`, ... on cgroup v1 and `read`, `write` on v2; a device can come more than once. */
function sumByDevice(entries: Entries, op: 'read' | 'write'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries ?? []) {
    if (entry.op.toLowerCase() !== op) continue;
    const device = `${String(entry.major)}:${String(entry.minor)}`;
    sums.set(device, (sums.get(device) ?? 0) + entry.value);
  }
  return sums;
}
