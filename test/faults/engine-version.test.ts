import { expect, test } from 'vitest';
import { answerWith } from '../support/fake-engine.ts';
import { loadRecordedAnswers } from '../support/recorded-answers.ts';
import { waitFor } from '../support/wait-for.ts';
import { failures, startPair } from './faulty-engine.ts';

test('an engine that is another version after a restart is spoken with in its own', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const before = await tallyman.scrape();
  expect(before.exposition.find('docker_engine_info')[0]?.labels).toMatchObject({
    version: '28.5.2+dfsg4',
    api_version: '1.51',
  });
  for (const set of ['docker-20.10-cgroup1', 'docker-28.5-cgroup1'] as const) {
    await engine.stop();
    engine.answers = loadRecordedAnswers(set);
    await engine.start();
    const asked = engine.requests.length;
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_info')).toHaveLength(15);
    expect(exposition.find('docker_engine_info')[0]?.labels['api_version']).toBe(engine.answers.apiVersion);
    const versions = engine.requests
      .slice(asked)
      .filter(({ call }) => call !== 'ping')
      .map(({ apiVersion }) => apiVersion);
    expect(new Set(versions)).toEqual(new Set([engine.answers.apiVersion]));
    await waitFor('the events to be followed again', () => engine.followers() === 1);
  }
});

test('even when no connection is lost in between', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  await tallyman.scrape();
  engine.answers = loadRecordedAnswers('docker-20.10-cgroup2');
  await tallyman.scrape();
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('exporter_up')).toBe(1);
  expect(exposition.find('container_memory_usage_bytes').length).toBeGreaterThan(10);
  expect(exposition.find('docker_engine_info')[0]?.labels['version']).toBe('20.10.24+dfsg1');
});

test.each([
  ['1.44', 'stream=false&one-shot=true'],
  ['1.40', 'stream=false'],
])('version %s, pinned', async (version, query) => {
  await using pair = await startPair({ env: { DOCKER_API_VERSION: version } });
  const { engine, tallyman } = pair;
  const { exposition } = await tallyman.scrape();
  expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  const asked = engine.requests.filter(({ call }) => call !== 'ping');
  expect(new Set(asked.map(({ apiVersion }) => apiVersion))).toEqual(new Set([version]));
  expect(asked.find(({ call }) => call === 'stats')?.path.split('?')[1]).toBe(query);
});

test('a pinned version that the engine does not know', async () => {
  await using pair = await startPair({ env: { DOCKER_API_VERSION: '1.52' }, settled: false });
  const { exposition } = await pair.tallyman.scrape();
  expect(exposition.value('exporter_up')).toBe(0);
  expect(failures(exposition, 'list', 'status')).toBe(1);
  const told = pair.tallyman.logs().filter(({ msg }) => msg.includes('client version 1.52 is too new'));
  expect(told).toHaveLength(1);
});

test('an engine whose headers and version are nonsense', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  engine.answers.headers = { 'Api-Version': '../../x', Server: 'Docker/'.repeat(100), Ostype: '"' };
  engine.misbehave({ calls: ['version'] }, answerWith(200, '{"Version":7,"ApiVersion":[],"Os":{}}'));
  await engine.stop();
  await engine.start();
  for (let i = 0; i < 2; i += 1) {
    const { exposition } = await tallyman.scrape();
    expect(exposition.find('container_memory_usage_bytes')).toHaveLength(12);
  }
  expect(engine.requests.at(-1)?.apiVersion).toBeUndefined();
});
