import { expect, test } from 'vitest';
import { renderDashboards } from '../../dashboards/files.ts';
import { loadDashboards } from './dashboard-files.ts';

test('the files are what `node dashboards/generate.ts` writes', () => {
  const files = new Map(loadDashboards().map(({ name, text }) => [name, text]));
  const rendered = renderDashboards();
  expect([...files.keys()].toSorted()).toEqual([...rendered.keys()].toSorted());
  for (const [name, text] of rendered) expect(files.get(name) === text, `${name} is stale`).toBe(true);
});

test('what is written does not depend on what was written before', () => {
  expect(renderDashboards()).toEqual(renderDashboards());
});
