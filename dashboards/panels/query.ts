import { DataqueryBuilder, PromQueryFormat, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { dataSource } from '../variables.ts';

/** The queries of a panel are A, B, ... in their order. */
export function refIdOf(index: number): string {
  return String.fromCodePoint('A'.charCodeAt(0) + index);
}

function query(index: number, expression: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(dataSource)
    .editorMode(QueryEditorMode.Code)
    .expr(expression);
}

/** Over the time shown, a line for each series. */
export function rangeQuery(index: number, expression: string, legend: string): DataqueryBuilder {
  return query(index, expression).range().format(PromQueryFormat.TimeSeries).legendFormat(legend);
}

/** At the end of the time shown. */
export function instantQuery(index: number, expression: string, legend: string): DataqueryBuilder {
  return query(index, expression).instant().format(PromQueryFormat.TimeSeries).legendFormat(legend);
}

/** At the end of the time shown, a row for each series with its labels as columns. */
export function tableQuery(index: number, expression: string): DataqueryBuilder {
  return query(index, expression).instant().format(PromQueryFormat.Table);
}
