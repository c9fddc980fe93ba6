import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** What every panel says of itself. */
export interface PanelText {
  title: string;
  /** What the numbers mean, and what they do not say. */
  description: string;
  /** Shown instead of the data where there rightly are none; says why. A panel without it always has data. */
  noValue?: string;
}

export interface Placed {
  panel: Builder<Panel>;
  /** Columns of the grid's 24. */
  width: number;
}
