import { afterEach, expect, test } from 'vitest';
import {
  answerWith,
  forbid,
  halfAnswer,
  hang,
  hangUp,
  startFakeEngine,
  type FakeEngine,
} from '../../test/support/fake-engine.ts';
import { idOf, loadRecordedAnswers, type RecordedSet } from '../../test/support/recorded-answers.ts';
import { createCallRecord } from './call-record.ts';
import { createDockerClient, type DockerClient } from './client.ts';

const cleanUps: (() => void | PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const soon = (): AbortSignal => AbortSignal.timeout(5000);

async function connect(
  set: RecordedSet,
  pinnedApiVersion?: string,
): Promise<{ engine: FakeEngine; client: DockerClient; record: ReturnType<typeof createCallRecord>; heard: string[] }> {
  const engine = await startFakeEngine(loadRecordedAnswers(set));
  const record = createCallRecord(() => performance.now());
  const heard: string[] = [];
  const client = createDockerClient({
    address: { kind: 'unix', socketPath: engine.socketPath ?? '' },
    pinnedApiVersion,
    record,
    onRefused: (call) => heard.push(`refused ${call}`),
    onFault: (call) => heard.push(`fault ${call}`),
  });
  cleanUps.push(
    () => engine[Symbol.asyncDispose](),
    () => client.close(),
  );
  return { engine, client, record, heard };
}

const failuresOf = (record: ReturnType<typeof createCallRecord>): Record<string, number> =>
  Object.fromEntries([...record.failures()].map(({ call, reason, count }) => [`${call} ${reason}`, count]));

test.each<[RecordedSet, string]>([
  ['docker-20.10-cgroup1', '1.41'],
  ['docker-28.5-cgroup2', '1.51'],
])('%s is spoken with in %s, after one ping', async (set, version) => {
  const { engine, client } = await connect(set);
  await client.negotiate(soon());
  await client.negotiate(soon());
  expect(await client.list(soon())).toHaveLength(engine.answers.list.length);
  expect(client.apiVersion()).toBe(version);
  expect(engine.requests.map(({ path }) => path)).toEqual(['/_ping', `/v${version}/containers/json?all=1`]);
});

test('an engine of a newer API is asked in the version known here, one without a version in none', async () => {
  const { engine, client } = await connect('docker-28.5-cgroup2');
  Object.assign(engine.answers, { apiVersion: '1.99', headers: { 'Api-Version': '1.99' } });
  await client.negotiate(soon());
  expect(client.apiVersion()).toBe('1.52');
  for (const headers of [{}, { 'Api-Version': 'nonsense' }]) {
    const { engine: other, client: another } = await connect('docker-28.5-cgroup2');
    other.answers.headers = headers;
    await another.negotiate(soon());
    await another.list(soon());
    expect(other.requests.at(-1)?.path).toBe('/containers/json?all=1');
  }
});

test('a pinned version is used whatever the engine says', async () => {
  const { engine, client } = await connect('docker-28.5-cgroup2', '1.44');
  await client.negotiate(soon());
  await client.list(soon());
  expect(engine.requests.map(({ path }) => path)).toEqual(['/_ping', '/v1.44/containers/json?all=1']);
});

test.each([
  ['1.40', 'stream=false'],
  ['1.41', 'stream=false&one-shot=true'],
])('statistics in API %s are asked for with %s', async (version, query) => {
  const { engine, client } = await connect('docker-28.5-cgroup2', version);
  const id = idOf(engine.answers, 'fx-io');
  const stats = await client.stats(id, soon());
  expect(stats.pids_stats).toEqual({ current: 2, limit: 18446744073709552000 });
  expect(engine.requests.at(-1)?.path).toBe(`/v${version}/containers/${id}/stats?${query}`);
});

test('another engine at the same address is negotiated with anew', async () => {
  const { engine, client } = await connect('docker-28.5-cgroup2');
  await client.negotiate(soon());
  engine.answers = loadRecordedAnswers('docker-20.10-cgroup2');
  // It refuses the newer API, and its headers tell of the older one.
  await expect(client.list(soon())).rejects.toThrow('too new');
  await client.negotiate(soon());
  await client.list(soon());
  expect(engine.requests.at(-1)?.apiVersion).toBe('1.41');
});

test('a connection lost leads to a new negotiation', async () => {
  const { engine, client, record } = await connect('docker-28.5-cgroup2');
  await client.negotiate(soon());
  await engine.stop();
  await expect(client.list(soon())).rejects.toThrow(/no Docker Engine at unix:.*there is no such socket/);
  await engine.start();
  await client.negotiate(soon());
  await client.list(soon());
  expect(engine.count('ping')).toBe(2);
  expect(failuresOf(record)).toEqual({ 'list connection': 1 });
});

test.each([
  ['status', answerWith(500, '{"message":"it is broken"}'), 'list: HTTP 500: {"message":"it is broken"}'],
  ['refused', forbid, 'list: HTTP 403: <html>'],
  ['connection', hangUp, 'no Docker Engine at unix:'],
  ['truncated', halfAnswer, 'list: the answer broke off'],
  ['invalid_json', answerWith(200, '[{'), 'list: the answer is not JSON'],
  ['invalid', answerWith(200, '{}'), 'list: unreadable answer: the answer: expected a list'],
])('%s is counted as such', async (reason, reply, message) => {
  const { engine, client, record } = await connect('docker-28.5-cgroup2');
  engine.misbehave({ calls: ['list'] }, reply);
  await expect(client.list(soon())).rejects.toMatchObject({
    call: 'list',
    reason,
    message: expect.stringContaining(message) as string,
  });
  expect(failuresOf(record)).toEqual({ [`list ${reason}`]: 1 });
});

test('no answer in time', async () => {
  const { engine, client, record } = await connect('docker-28.5-cgroup2');
  engine.misbehave({}, hang);
  await expect(client.list(AbortSignal.timeout(50))).rejects.toMatchObject({ reason: 'timeout' });
  engine.behave();
  engine.misbehave({}, (response) => response.writeHead(200).write('['));
  await expect(client.list(AbortSignal.timeout(50))).rejects.toMatchObject({ reason: 'timeout' });
  expect(failuresOf(record)).toEqual({ 'list timeout': 2 });
});

test('a container that has gone is no failure', async () => {
  const { client, record } = await connect('docker-28.5-cgroup2');
  await expect(client.stats('gone', soon())).rejects.toMatchObject({ reason: 'not_found', status: 404 });
  await expect(client.inspect('gone/../x', soon())).rejects.toMatchObject({ reason: 'not_found' });
  expect(failuresOf(record)).toEqual({});
});

test.each([
  ['{"Volumes":null}', 0],
  ['{"Volumes":["x"]}', 1],
])('volumes %s', async (body, count) => {
  const { engine, client } = await connect('docker-20.10-cgroup1');
  engine.misbehave({ calls: ['volumes'] }, answerWith(200, body));
  expect(await client.countVolumes(soon())).toBe(count);
});

test.each(['{"Volumes":"x"}', '{}'])('volumes %s are not none', async (body) => {
  const { engine, client } = await connect('docker-20.10-cgroup1');
  engine.misbehave({ calls: ['volumes'] }, answerWith(200, body));
  await expect(client.countVolumes(soon())).rejects.toMatchObject({ reason: 'invalid' });
});

test('a server error in answer to a ping is no engine, a refusal is something that is there', async () => {
  const { engine, client } = await connect('docker-20.10-cgroup1');
  engine.misbehave({ calls: ['ping'] }, answerWith(503));
  await expect(client.ping(soon())).rejects.toMatchObject({ reason: 'status' });
  engine.misbehave({ calls: ['ping'] }, forbid);
  await expect(client.ping(soon())).resolves.toBeUndefined();
});

test('an empty answer to statistics means that the container has gone', async () => {
  const { engine, client, record } = await connect('docker-20.10-cgroup1');
  engine.misbehave({ calls: ['stats'] }, answerWith(200, ''));
  await expect(client.stats(idOf(loadRecordedAnswers('docker-20.10-cgroup1'), 'fx-io'), soon())).rejects.toMatchObject({
    reason: 'not_found',
  });
  expect([...record.failures()]).toEqual([]);
});

test('a refusal is told once, and again after it was lifted in between', async () => {
  const { engine, client, record, heard } = await connect('docker-28.5-cgroup2');
  const lift = engine.misbehave({ calls: ['images'] }, forbid);
  for (let i = 0; i < 3; i += 1) await client.countImages(soon()).catch(() => undefined);
  expect(heard).toEqual(['refused images']);
  lift();
  expect(await client.countImages(soon())).toBe(2);
  expect(record.refused().size).toBe(0);
  engine.misbehave({ calls: ['images'] }, answerWith(404, 'page not found'));
  await client.countImages(soon()).catch(() => undefined);
  expect(heard).toEqual(['refused images', 'refused images']);
});

test('values of a wrong type are left out, counted and told', async () => {
  const { engine, client, record, heard } = await connect('docker-28.5-cgroup2');
  const id = idOf(engine.answers, 'fx-io');
  engine.answers.stats.set(id, '{"read":"2026-11-21T01:00:00Z","memory_stats":{"usage":"much","limit":5}}');
  expect((await client.stats(id, soon())).memory_stats).toEqual({ limit: 5 });
  expect(failuresOf(record)).toEqual({ 'stats invalid': 1 });
  expect(heard).toEqual(['fault stats']);
});

test('a connection that the engine has closed meanwhile is opened again without a word', async () => {
  const { engine, client, record } = await connect('docker-28.5-cgroup2');
  await client.list(soon());
  await engine.stop();
  await engine.start();
  await client.list(soon());
  expect(failuresOf(record)).toEqual({});
});
