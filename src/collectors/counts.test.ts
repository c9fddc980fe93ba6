import { expect, test } from 'vitest';
import { recordedSets } from '../../test/support/recorded-answers.ts';
import { collectRecorded } from '../../test/support/recorded-observation.ts';
import { counts } from './counts.ts';

test.each(recordedSets)('%s', async (set) => {
  const exposition = await collectRecorded(counts, set);
  const states = exposition.find('docker_containers_total').map(({ labels, value }) => [labels['state'], value]);
  const [running, stopped] = {
    // fx-looping ran at the moment of this list.
    'docker-20.10-cgroup1': [11, 3],
    'docker-20.10-cgroup2': [11, 4],
    'docker-28.5-cgroup1': [10, 4],
    'docker-28.5-cgroup2': [11, 4],
  }[set] as [number, number];
  expect(states).toEqual([['running', running], ['paused', 1], ['stopped', stopped]]); // prettier-ignore
  expect(exposition.value('docker_images_total')).toBe(2);
  expect(exposition.value('docker_volumes_total')).toBe(1);
  expect(exposition.value('docker_networks_total')).toBe(set === 'docker-28.5-cgroup1' ? 4 : 5);
});

test('an engine without anything: the three states are 0, and so are the counts it gave', async () => {
  const exposition = await collectRecorded(counts, 'docker-28.5-cgroup2', (answers) => {
    Object.assign(answers, { list: [], images: '[]', volumes: '{"Volumes":null,"Warnings":null}', networks: '[]' });
  });
  expect(exposition.find('docker_containers_total').map(({ value }) => value)).toEqual([0, 0, 0]);
  expect(exposition.value('docker_images_total')).toBe(0);
  expect(exposition.value('docker_volumes_total')).toBe(0);
});

test('what was not answered is not counted as 0', async () => {
  const exposition = await collectRecorded(counts, 'docker-28.5-cgroup2', (answers) => {
    Object.assign(answers, { images: '{"message":"no"}', volumes: '[]' });
  });
  expect(exposition.value('docker_images_total')).toBeUndefined();
  expect(exposition.value('docker_volumes_total')).toBeUndefined();
  expect(exposition.value('docker_networks_total')).toBe(5);
});
