import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { unit } from '../appearance.ts';
import { dataSource } from '../variables.ts';
import type { PanelText } from './panel.ts';
import { rangeQuery } from './query.ts';

export interface StateTimeline extends PanelText {
  expression: string;
  /** Of each row. */
  legend: string;
  /** What the values are called. */
  mappings: ValueMapping[];
}

/** A row a series, coloured by what it was when. */
export function stateTimeline(options: StateTimeline): PanelBuilder {
  const panel = new PanelBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .unit(unit.count)
    .mappings(options.mappings)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .withTarget(rangeQuery(0, options.expression, options.legend));
  if (options.noValue !== undefined) panel.noValue(options.noValue);
  return panel;
}
