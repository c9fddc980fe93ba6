import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardName } from './links.ts';
import { tag, uidOf } from './links.ts';
import { dataSourceVariable } from './variables.ts';
import type { Placed } from './panels/panel.ts';

export interface Section {
  title: string;
  /** The section once for each value of this variable. */
  repeat?: string;
  /** Lines of panels side by side, each line as high as `height` says. */
  lines: readonly Line[];
}

export interface Line {
  /** In the grid's units of about 38 pixels. */
  height: number;
  panels: readonly Placed[];
}

export interface Board {
  name: DashboardName;
  title: string;
  description: string;
  /** Beside the data source. */
  variables: readonly VariableModel[];
  sections: readonly Section[];
  /** What is shown at first, an hour by default, and how often it is asked for anew. */
  range?: { from: string; refresh: string };
}

const gridWidth = 24;

/** Lays the panels out and numbers them in their order. Throws where a line is not as wide as the grid. */
export function createBoard(board: Board): Dashboard {
  const { from, refresh } = board.range ?? { from: 'now-1h', refresh: '30s' };
  const dashboard = new DashboardBuilder(board.title)
    .uid(uidOf(board.name))
    .description(board.description)
    .tags([tag, 'docker'])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .timezone('browser')
    .links([
      new DashboardLinkBuilder('Tallyman')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    ]);
  for (const variable of [dataSourceVariable, ...board.variables]) dashboard.withVariable(built(variable));

  let id = 0;
  let y = 0;
  for (const section of board.sections) {
    const row = new RowBuilder(section.title).id((id += 1)).gridPos({ x: 0, y, w: gridWidth, h: 1 });
    if (section.repeat !== undefined) row.repeat(section.repeat);
    // A builder of the kit's puts the panels after a row on its own; here every place is known.
    dashboard.withRow(built<RowPanel>(row.build()));
    y += 1;
    for (const { height, panels } of section.lines) {
      let x = 0;
      for (const { panel, width } of panels) {
        const placed: Panel = { ...panel.build(), id: (id += 1), gridPos: { x, y, w: width, h: height } };
        dashboard.withPanel(built(placed));
        x += width;
      }
      if (x !== gridWidth)
        throw new Error(`${board.name}: a line of ${section.title} is ${String(x)} wide, not ${String(gridWidth)}`);
      y += height;
    }
  }
  const result = dashboard.build();
  // The kit's default hides links in a menu.
  for (const link of result.links ?? []) delete link.placement;
  return result;
}

/** Side by side, equally wide. */
export function side(height: number, ...panels: readonly Builder<Panel>[]): Line {
  return { height, panels: panels.map((panel) => ({ panel, width: gridWidth / panels.length })) };
}

function built<T>(value: T): Builder<T> {
  return { build: () => value };
}
