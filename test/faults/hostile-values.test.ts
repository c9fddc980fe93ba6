import { expect, test } from 'vitest';
import { idOf } from '../support/recorded-answers.ts';
import { engineFamilies, errors, startPair } from './faulty-engine.ts';

const hostile = [
  '"',
  '\\',
  '\n',
  '\r\n',
  '\0',
  '} 1\n# EOF\n',
  '"} 1\nexporter_up 0\n#',
  '\\n\\"',
  '\u2028\u2029\ufeff',
  '😀é',
  '\ud800',
  '{{label}}',
  'x'.repeat(100_000),
  '__proto__',
];

test.each(['text/plain', 'application/openmetrics-text'])(
  '%s: names and labels that want to be something else',
  async (Accept) => {
    await using pair = await startPair({
      env: { NO_COLOR: '1' },
    });
    const { engine, tallyman } = pair;
    const running = engine.answers.list.filter(({ State }) => State === 'running');
    const [model] = running;
    if (model === undefined) throw new Error('nothing runs');
    engine.answers.list = hostile.map((value, n) => {
      const Id = `${String(n).padStart(2, '0')}${model.Id.slice(2)}`;
      engine.answers.stats.set(Id, engine.answers.stats.get(model.Id) ?? '');
      engine.answers.inspects.set(Id, engine.answers.inspects.get(model.Id) ?? '');
      const labels = { 'com.docker.compose.project': value, 'com.docker.compose.service': value, [value]: value };
      return { ...model, Id, Names: [`/${value}`], Image: value, Labels: labels };
    });
    const { exposition } = await tallyman.scrape({ Accept });
    const seen = exposition.find('container_memory_usage_bytes').map(({ labels }) => labels);
    expect(seen).toEqual(
      hostile
        .map((value) => value.toWellFormed())
        .map((value) => ({ compose_project: value, compose_service: value, container_name: value, image: value })),
    );
    expect(exposition.value('exporter_up')).toBe(1);
    expect(errors(exposition, 'container')).toBe(0);
  },
);

test('two containers with the same labels: the lower id is served, the other is counted and told of once', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  const { answers } = engine;
  const [io, limited] = [idOf(answers, 'fx-io'), idOf(answers, 'fx-limited')];
  const [low, high] = [io, limited].toSorted();
  for (const entry of answers.list) if ([io, limited].includes(entry.Id)) entry.Names = ['/twin'];
  for (let i = 0; i < 3; i += 1) {
    answers.list.reverse();
    const { exposition } = await tallyman.scrape();
    expect(exposition.value('exporter_duplicate_containers')).toBe(1);
    expect(exposition.find('container_info', { container_name: 'twin' })[0]?.labels['container_id']).toBe(
      low?.slice(0, 12),
    );
    expect(exposition.value('container_memory_limit_bytes', { container_name: 'twin' })).toBe(
      low === limited ? 67108864 : 3119071232,
    );
    expect(exposition.find('container_cpu_usage_seconds_total')).toHaveLength(11);
  }
  const told = tallyman.logs().filter(({ msg }) => msg.includes('has the same labels'));
  expect(told).toEqual([expect.objectContaining({ id: high, name: 'twin' })]);
});

test('all containers with the same labels', async () => {
  await using pair = await startPair();
  const { engine, tallyman } = pair;
  for (const entry of engine.answers.list) Object.assign(entry, { Names: ['/same'], Image: 'same', Labels: {} });
  const { exposition } = await tallyman.scrape();
  expect(exposition.value('exporter_duplicate_containers')).toBe(15);
  expect(exposition.find('container_info')).toHaveLength(1);
  expect(engineFamilies(exposition)).toContain('docker_containers_total');
});
