import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as stateTimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as timeSeries from '@grafana/grafana-foundation-sdk/timeseries';

/** A type as JSON has it: enumerations by their values, and no functions. */
type Saved<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends readonly (infer Item)[]
        ? Saved<Item>[]
        : { [Key in keyof T as Key extends '_implementsDataqueryVariant' ? never : Key]: Saved<T[Key]> };

/** The kit leaves a panel's options open; each kind has its own. */
type SavedPanel<Type extends string, Options, Custom> = Omit<
  Saved<dashboard.Panel>,
  'type' | 'options' | 'targets' | 'fieldConfig'
> & {
  type: Type;
  options: Saved<Options>;
  targets: Saved<prometheus.Dataquery>[];
  fieldConfig: {
    defaults: Omit<Saved<dashboard.FieldConfig>, 'custom'> & { custom?: Saved<Custom> };
    overrides: Saved<dashboard.FieldConfigSource>['overrides'];
  };
};

/** A dashboard's file, for the compiler to check. */
export type SavedDashboard = Omit<Saved<dashboard.Dashboard>, 'panels'> & {
  panels: (
    | Saved<dashboard.RowPanel>
    | SavedPanel<'stat', stat.Options, never>
    | SavedPanel<'state-timeline', stateTimeline.Options, stateTimeline.FieldConfig>
    | SavedPanel<'table', table.Options, table.FieldConfig>
    | SavedPanel<'timeseries', timeSeries.Options, timeSeries.FieldConfig>
  )[];
};
