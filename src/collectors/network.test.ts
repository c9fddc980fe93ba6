import { expect, test } from 'vitest';
import { recordedSets } from '../../test/support/recorded-answers.ts';
import { collectRecorded } from '../../test/support/recorded-observation.ts';
import { network } from './network.ts';

test('each interface has its own series', async () => {
  const exposition = await collectRecorded(network, 'docker-28.5-cgroup2');
  const of = (name: string, on: string): number | undefined =>
    exposition.value(`container_network_${name}_total`, { container_name: 'fx-multinet', interface: on });
  expect([of('receive_bytes', 'eth0'), of('receive_packets', 'eth0')]).toEqual([5626, 123]);
  expect([of('transmit_bytes', 'eth0'), of('transmit_packets', 'eth0')]).toEqual([126, 3]);
  expect([of('receive_bytes', 'eth1'), of('receive_packets', 'eth1')]).toEqual([1532, 18]);
  expect([of('receive_errors', 'eth1'), of('transmit_errors', 'eth1')]).toEqual([0, 0]);
  expect([of('receive_dropped', 'eth1'), of('transmit_dropped', 'eth1')]).toEqual([0, 0]);
});

test.each(recordedSets)("%s: the host network is not the container's own", async (set) => {
  const exposition = await collectRecorded(network, set);
  expect(exposition.find('container_network_receive_bytes_total', { container_name: 'fx-multinet' })).toHaveLength(2);
  expect(exposition.find('container_network_receive_bytes_total', { container_name: 'fx-hostnet' })).toEqual([]);
  expect(exposition.find('container_network_receive_bytes_total', { container_name: 'fx-exited' })).toEqual([]);
});
