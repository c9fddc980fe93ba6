import { expect, it } from 'vitest';
import type { RecordedAnswers } from '../../support/recorded-answers.ts';
import { addContainer, scrapeOnce, startRecordedEngine } from '../engines.ts';
import { provesByFile } from './proof.ts';

/** What the engine has in these tests; the images and labels are theirs alone. */
const containers: readonly { name: string; image: string; labels: Record<string, string> }[] = [
  { name: 'web-1', image: 'shop/web:2', labels: { team: 'a', tier: 'front' } },
  { name: 'web-2', image: 'shop/web:3', labels: { team: 'b' } },
  { name: 'my-web', image: 'other/web:2', labels: { team: '', 'com.docker.compose.project': 'shop' } },
  { name: 'db', image: 'postgres:17', labels: {} },
];

const single = [
  { filter: 'include.names', entries: '[^web-, "(?i)^DB$"]', left: ['web-1', 'web-2', 'db'] },
  { filter: 'include.images', entries: '["web:2", ^postgres]', left: ['web-1', 'my-web', 'db'] },
  { filter: 'include.labels', entries: '[team=b, com.docker.compose.project]', left: ['web-2', 'my-web'] },
  { filter: 'exclude.names', entries: '["^web-1$", b$]', left: ['web-2'] },
  { filter: 'exclude.images', entries: '[^shop/]', left: ['my-web', 'db'] },
  { filter: 'exclude.labels', entries: '[tier, team=b]', left: ['my-web', 'db'] },
];

export function proveFilters(): void {
  for (const { filter, entries, left } of single) {
    provesByFile(`collection.filters.${filter}`);
    it(`only what ${filter} leaves is asked for`, async () => {
      const [list = '', kind = ''] = filter.split('.');
      await expectLeft(`${list}: { ${kind}: ${entries} }`, left);
    });
  }
  it('exclude wins over include', async () => {
    await expectLeft('include: { names: [web] }, exclude: { labels: [team=a], images: [other] }', ['web-2']);
  });
  it('each kind that include sets has to match', async () => {
    await expectLeft('include: { names: [web], images: ["web:2"], labels: [team] }', ['web-1', 'my-web']);
  });
}

/** Only these containers have series, and only they are asked for. */
async function expectLeft(filters: string, left: readonly string[]): Promise<void> {
  await using engine = await startRecordedEngine(replaceContainers);
  const exposition = await scrapeOnce(engine.dockerHost, { config: `collection: { filters: { ${filters} } }` });
  for (const family of ['container_last_seen', 'container_memory_usage_bytes', 'container_info']) {
    expect(new Set(exposition.find(family).map(({ labels }) => labels['container_name']))).toEqual(new Set(left));
  }
  const asked = engine.requests.flatMap(({ containerId }) => containerId ?? []);
  const names = asked.map((id) => containers[Number(id)]?.name);
  expect(new Set(names)).toEqual(new Set(left));
  expect(exposition.value('docker_containers_total', { state: 'running' })).toBe(containers.length);
}

function replaceContainers(answers: RecordedAnswers): void {
  containers.forEach(({ name, image, labels }, index) =>
    addContainer(answers, { Id: String(index), Names: [`/${name}`], Image: image, Labels: labels }),
  );
  answers.list.splice(0, answers.list.length - containers.length);
}
