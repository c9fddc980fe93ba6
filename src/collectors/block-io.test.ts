import { expect, test } from 'vitest';
import { idOf, recordedSets } from '../../test/support/recorded-answers.ts';
import { collectRecorded } from '../../test/support/recorded-observation.ts';
import { blockIo } from './block-io.ts';

const fxIo = { container_name: 'fx-io', device: '254:0' };

test('cgroup v2: bytes and no operations', async () => {
  const exposition = await collectRecorded(blockIo, 'docker-28.5-cgroup2');
  expect(exposition.value('container_fs_reads_bytes_total', fxIo)).toBe(801243136);
  expect(exposition.value('container_fs_writes_bytes_total', fxIo)).toBe(903348224);
  expect(exposition.find('container_fs_reads_total')).toEqual([]);
  expect(exposition.find('container_fs_writes_total')).toEqual([]);
});

test.each(recordedSets)('%s: lists that are null or empty give no series', async (set) => {
  const exposition = await collectRecorded(blockIo, set);
  expect(exposition.find('container_fs_reads_bytes_total', { container_name: 'fx-limited' })).toEqual([]);
});

test('cgroup v1: Read and Write of each device, without Sync, Async, Discard and Total', async () => {
  const operations = (major: number, minor: number, read: number, write: number): unknown[] =>
    Object.entries({ Read: read, Write: write, Sync: 7, Async: 8, Discard: 9, Total: read + write }).map(
      ([op, value]) => ({ major, minor, op, value }),
    );
  const exposition = await collectRecorded(blockIo, 'docker-20.10-cgroup1', (answers) => {
    const stats = JSON.parse(answers.stats.get(idOf(answers, 'fx-io')) ?? '') as Record<string, unknown>;
    stats['blkio_stats'] = {
      io_service_bytes_recursive: [...operations(8, 0, 4096, 8192), ...operations(253, 1, 100, 0)],
      // The same device twice, as with several schedulers: the sum counts.
      io_serviced_recursive: [...operations(8, 0, 1, 2), ...operations(8, 0, 10, 20)],
    };
    answers.stats.set(idOf(answers, 'fx-io'), JSON.stringify(stats));
  });
  const of = (name: string, device: string): number | undefined =>
    exposition.value(`container_fs_${name}_total`, { container_name: 'fx-io', device });
  expect([of('reads_bytes', '8:0'), of('writes_bytes', '8:0')]).toEqual([4096, 8192]);
  expect([of('reads_bytes', '253:1'), of('writes_bytes', '253:1')]).toEqual([100, 0]);
  expect([of('reads', '8:0'), of('writes', '8:0')]).toEqual([11, 22]);
  expect([of('reads', '253:1'), of('writes', '253:1')]).toEqual([undefined, undefined]);
});
