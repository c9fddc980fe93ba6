import { expect, test } from 'vitest';
import { collectRecorded } from '../../test/support/recorded-observation.ts';
import { engine } from './engine.ts';

test("the engine's own words", async () => {
  const exposition = await collectRecorded(engine, 'docker-20.10-cgroup2');
  expect(exposition.find('docker_engine_info')).toEqual([
    {
      name: 'docker_engine_info',
      value: 1,
      labels: {
        api_version: '1.41',
        arch: 'amd64',
        kernel: '7.2.12+deb14-cloud-amd64',
        os: 'linux',
        version: '20.10.24+dfsg1',
      },
    },
  ]);
});

test('without GET /version the headers of the other answers tell it', async () => {
  const exposition = await collectRecorded(engine, 'docker-28.5-cgroup2', (answers) => {
    answers.version = 'nonsense';
  });
  expect(exposition.find('docker_engine_info')[0]?.labels).toEqual({
    api_version: '1.51',
    arch: '',
    kernel: '',
    os: 'linux',
    version: '28.5.2',
  });
});
