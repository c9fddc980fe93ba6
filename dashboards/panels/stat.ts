import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { Steps, Unit } from '../appearance.ts';
import { thresholdsOf, unit } from '../appearance.ts';
import { dataSource } from '../variables.ts';
import type { PanelText } from './panel.ts';
import { instantQuery } from './query.ts';

export interface Stat extends PanelText {
  unit: Unit;
  expression: string;
  /** Of more than one series, the name of each. */
  legend?: string;
  steps: Steps;
}

/** One number, or one a series, as it is at the end of the time shown. */
export function stat(options: Stat): PanelBuilder {
  const panel = new PanelBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .unit(options.unit)
    .decimals(options.unit === unit.count ? 0 : 2)
    .thresholds(thresholdsOf(options.steps))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(options.legend === undefined ? BigValueTextMode.Value : BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .withTarget(instantQuery(0, options.expression, options.legend ?? options.title));
  if (options.noValue !== undefined) panel.noValue(options.noValue);
  return panel;
}
