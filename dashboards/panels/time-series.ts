import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Steps, Unit } from '../appearance.ts';
import { thresholdsOf } from '../appearance.ts';
import { dataSource } from '../variables.ts';
import type { PanelText } from './panel.ts';
import { rangeQuery, refIdOf } from './query.ts';

export interface Line {
  expression: string;
  /** `{{label}}` for a label's value. */
  legend: string;
  /** Drawn below the axis: the one way of a traffic that goes two ways. */
  below?: boolean;
  /** What its line is always coloured; one of the palette's by default. */
  color?: string;
  /** A dashed red line for what must not be reached. */
  isLimit?: boolean;
}

export interface TimeSeries extends PanelText {
  unit: Unit;
  lines: readonly Line[];
  stacked?: boolean;
  /** The top of the axis at least: 1 for shares. */
  softMax?: number;
  /** Drawn as lines across. */
  steps?: Steps;
  /** Values that jump rather than run: counts of restarts. */
  stepped?: boolean;
}

const limitStyle: DynamicConfigValue[] = [
  { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.stacking', value: { mode: 'none', group: 'A' } },
];

/** Lines over time, with their mean, maximum and last value in the legend. */
export function timeSeries(options: TimeSeries): PanelBuilder {
  const panel = new PanelBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .unit(options.unit)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(options.stepped === true ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .lineWidth(1)
    .fillOpacity(options.stacked === true ? 40 : 10)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .stacking(
      new StackingConfigBuilder().mode(options.stacked === true ? StackingMode.Normal : StackingMode.None).group('A'),
    )
    .targets(options.lines.map(({ expression, legend }, index) => rangeQuery(index, expression, legend)))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['mean', 'max', 'lastNotNull'])
        .sortBy('Mean')
        .sortDesc(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        // oxlint-disable-next-line unicorn/no-array-sort -- a builder, no array
        .sort(SortOrder.Descending),
    );
  if (options.noValue !== undefined) panel.noValue(options.noValue);
  if (options.softMax !== undefined) panel.axisSoftMax(options.softMax);
  if (options.lines.every(({ below }) => below !== true)) panel.min(0);
  if (options.steps !== undefined) {
    panel
      .thresholds(thresholdsOf(options.steps))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  for (const [index, line] of options.lines.entries()) {
    if (line.below === true) panel.overrideByQuery(refIdOf(index), [{ id: 'custom.transform', value: 'negative-Y' }]);
    if (line.color !== undefined) {
      panel.overrideByQuery(refIdOf(index), [{ id: 'color', value: { mode: 'fixed', fixedColor: line.color } }]);
    }
    if (line.isLimit === true) panel.overrideByQuery(refIdOf(index), limitStyle);
  }
  return panel;
}
