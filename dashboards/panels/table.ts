import type { DynamicConfigValue, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldTextAlignment, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Steps, Unit } from '../appearance.ts';
import { toSteps } from '../appearance.ts';
import type { LinkTarget } from '../links.ts';
import { urlOf } from '../links.ts';
import { dataSource } from '../variables.ts';
import type { PanelText } from './panel.ts';
import { refIdOf, tableQuery } from './query.ts';

/** A column with the values of a label. */
export interface LabelColumn {
  title: string;
  label: string;
  width?: number;
  mappings?: ValueMapping[];
  /** Where a click on a value leads. */
  link?: LinkTarget;
}

/** A column with the values of a query. */
export interface ValueColumn {
  title: string;
  expression: string;
  unit: Unit;
  width?: number;
  mappings?: ValueMapping[];
  /** Colours the text. */
  steps?: Steps;
  /** Shows a bar from 0 to this. */
  barTo?: number;
  decimals?: number;
}

export type Column = LabelColumn | ValueColumn;

export interface Table extends PanelText {
  /** In their order from left to right. */
  columns: readonly Column[];
  /** A query that is asked only for its labels: those of all rows, whatever the columns' queries have. */
  rows?: string;
  sortBy: string;
  descending?: boolean;
}

/**
 * Rows by labels: the queries' answers are joined where all the labels that they have in common are alike. A row without a
 * value for some column has an empty cell there.
 */
export function table(options: Table): PanelBuilder {
  const values = options.columns.filter((column) => 'expression' in column);
  const queries = [
    ...(options.rows === undefined ? [] : [options.rows]),
    ...values.map(({ expression }) => expression),
  ];
  const first = options.rows === undefined ? 0 : 1;
  // Grafana calls the values of a table's only query `Value`, those of several `Value #A`, ...
  const nameOf = (index: number): string => (queries.length === 1 ? 'Value' : `Value #${refIdOf(index)}`);
  const fieldOf = (column: Column): string =>
    'label' in column ? column.label : nameOf(first + values.indexOf(column));
  const fields = options.columns.map((column) => [fieldOf(column), column] as const);

  const panel = new PanelBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .align(FieldTextAlignment.Auto)
    .filterable(true)
    .targets(queries.map((expression, index) => tableQuery(index, expression)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, ...(options.rows === undefined ? {} : { [nameOf(0)]: true }) },
        indexByName: Object.fromEntries(fields.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(fields.map(([field, { title }]) => [field, title])),
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(options.sortBy).desc(options.descending === true)]);
  if (options.noValue !== undefined) panel.noValue(options.noValue);
  // After the transformations a field is known by its new name.
  for (const column of options.columns) {
    const properties = propertiesOf(column);
    // What stands for an empty table would else stand in every empty cell too.
    if (options.noValue !== undefined && 'expression' in column) properties.push({ id: 'noValue', value: '–' });
    panel.overrideByName(column.title, properties);
  }
  return panel;
}

function propertiesOf(column: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [];
  const set = (id: string, value: unknown): void => void properties.push({ id, value });
  if (column.width !== undefined) set('custom.width', column.width);
  if (column.mappings !== undefined) set('mappings', column.mappings);
  if ('label' in column) {
    if (column.link !== undefined) set('links', [{ title: column.link.title, url: urlOf(column.link) }]);
    if (column.mappings !== undefined) set('custom.cellOptions', { type: 'color-text' });
    return properties;
  }
  set('unit', column.unit);
  if (column.decimals !== undefined) set('decimals', column.decimals);
  if (column.steps !== undefined) {
    set('thresholds', { mode: 'absolute', steps: toSteps(column.steps) });
    set('color', { mode: 'thresholds' });
  }
  if (column.barTo !== undefined) {
    set('min', 0);
    set('max', column.barTo);
    set('custom.cellOptions', { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' });
  } else if (column.steps !== undefined || column.mappings !== undefined) {
    set('custom.cellOptions', { type: 'color-text' });
  }
  return properties;
}
