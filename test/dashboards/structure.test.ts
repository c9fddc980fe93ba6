import type { GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { describe, expect, test } from 'vitest';
import { loadDashboards, panelsOf, queriesOf, rowsOf, variablesOf } from './dashboard-files.ts';

const files = loadDashboards();
const dataSource = { type: 'prometheus', uid: '${datasource}' };

test('dashboards have their own uid, which is their file’s name, and title', () => {
  expect(files).toHaveLength(7);
  for (const { name, dashboard } of files) expect(`${dashboard.uid ?? ''}.json`).toBe(name);
  expect(new Set(files.map(({ dashboard }) => dashboard.title)).size).toBe(files.length);
});

test('variables of one name are the same on all dashboards', () => {
  // On one dashboard All may mean something narrower, or the variable take one value only.
  const essence = files.flatMap(({ dashboard }) =>
    variablesOf(dashboard).map(({ name, label, query, hide }) => [name, JSON.stringify([label, query, hide])] as const),
  );
  for (const [name, text] of essence) expect(text, name).toBe(essence.find(([other]) => other === name)?.[1]);
});

test('a link leads to a dashboard that is there, and sets variables that it has from columns that are there', () => {
  const boards = new Map(files.map(({ dashboard }) => [dashboard.uid, dashboard]));
  for (const { name, dashboard } of files) {
    for (const panel of panelsOf(dashboard)) {
      const columns = panel.fieldConfig?.overrides.map(({ matcher }) => matcher.options as string);
      for (const url of linksOf(panel)) {
        const [, uid, query = ''] = /^\/d\/([\w-]+)\?(.+)$/.exec(url) ?? [];
        const target = boards.get(uid);
        if (target === undefined) throw new Error(`${name}: ${panel.title ?? ''}: ${url}`);
        const known = variablesOf(target).map((variable) => variable.name);
        const set = [...query.matchAll(/var-(\w+)=/g)].map(([, variable]) => variable);
        expect(known, url).toEqual(expect.arrayContaining(set));
        const used = [...query.matchAll(/fields\["([^"]+)"\]/g)].map(([, column]) => column);
        expect(columns, url).toEqual(expect.arrayContaining(used));
        expect(query).toContain('${__url_time_range}');
        expect(query).toContain('${datasource:queryparam}');
      }
    }
  }
});

describe.each(files)('$name', ({ dashboard }) => {
  const panels = panelsOf(dashboard);

  test('ids are unique', () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('places are in the grid, and no two panels share one', () => {
    const places = (dashboard.panels ?? []).map(({ gridPos, title }) => ({ ...present(gridPos), title }));
    for (const [index, place] of places.entries()) {
      expect(place.x >= 0 && place.w > 0 && place.x + place.w <= 24 && place.h > 0, place.title).toBe(true);
      const clash = places.slice(index + 1).find((other) => overlap(place, other));
      expect(clash?.title, `shares its place with ${place.title ?? ''}`).toBeUndefined();
    }
  });

  test('no place is left empty', () => {
    const cells = (dashboard.panels ?? []).map(({ gridPos }) => present(gridPos)).map(({ w, h }) => w * h);
    const bottom = Math.max(...(dashboard.panels ?? []).map(({ gridPos }) => present(gridPos).y + present(gridPos).h));
    expect(cells.reduce((sum, size) => sum + size, 0)).toBe(24 * bottom);
  });

  test('titles are unique within a row', () => {
    const titles = panels.map(({ title, gridPos }) => {
      const row = rowsOf(dashboard).findLast((each) => present(each.gridPos).y <= present(gridPos).y);
      return `${row?.title ?? ''}: ${title ?? ''}`;
    });
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('the data source is a variable, and everything asks it', () => {
    expect(variablesOf(dashboard)[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    for (const variable of variablesOf(dashboard).slice(1)) expect(variable.datasource).toEqual(dataSource);
    for (const panel of panels) {
      expect(panel.datasource, panel.title).toEqual(dataSource);
      for (const query of queriesOf(panel)) expect(query.datasource, panel.title).toEqual(dataSource);
    }
  });

  test('every variable is used', () => {
    for (const { name } of variablesOf(dashboard).slice(1)) {
      const used = JSON.stringify([panels, dashboard.templating]).includes(`\${${name}:regex}`);
      expect(used, name).toBe(true);
    }
  });

  test.each(panels)('$title', (panel) => {
    expect(panel.title).toMatch(/\S/);
    expect(panel.description).toMatch(/\.$/);
    const queries = queriesOf(panel);
    expect(queries.length).toBeGreaterThan(0);
    expect(new Set(queries.map(({ refId }) => refId)).size).toBe(queries.length);
    for (const { expr, range, instant, legendFormat, format } of queries) {
      expect(range === true).toBe(instant !== true);
      // A rate over a fixed time is wrong at some scrape interval; increase tells what was in ten minutes.
      for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g)) {
        expect(['$__rate_interval', '$__range']).toContain(window);
      }
      // Series of counters come and go with images and ids: everything is summed to what its legend says.
      expect(expr).toMatch(/^(?:\d+ \* )?\(?(?:sum|max|count|group)\b/);
      if (format === PromQueryFormat.Table) continue;
      expect(legendFormat).toMatch(/\S/);
      const labels = [...(legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
      for (const label of labels) expect(expr, legendFormat).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
      expect(legendFormat).not.toMatch(/\{\{(?:image|container_id)\}\}/);
    }
    if (panel.type === 'table') expectTable(panel);
    else expect(panel.fieldConfig?.defaults.unit).toMatch(/\S/);
  });
});

function expectTable(panel: Panel): void {
  const overrides = panel.fieldConfig?.overrides ?? [];
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options as {
    renameByName: Record<string, string>;
    excludeByName: Record<string, boolean>;
  };
  const several = queriesOf(panel).length > 1;
  for (const { refId = '', expr } of queriesOf(panel)) {
    const field = several ? `Value #${refId}` : 'Value';
    const labels = /by \(([^)]+)\)/.exec(expr)?.[1]?.split(', ') ?? [];
    // Every column has a name, and every number a unit.
    for (const label of labels) expect(Object.keys(organize.renameByName)).toContain(label);
    if (organize.excludeByName[field] === true) continue;
    const column = organize.renameByName[field];
    const properties = overrides.find(({ matcher }) => matcher.options === column)?.properties;
    expect(
      properties?.map(({ id }) => id),
      column,
    ).toContain('unit');
  }
}

function linksOf(panel: Panel): string[] {
  const properties = panel.fieldConfig?.overrides.flatMap((override) => override.properties) ?? [];
  return properties
    .filter(({ id }) => id === 'links')
    .flatMap(({ value }) => (value as { url: string }[]).map(({ url }) => url));
}

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing');
  return value;
}
