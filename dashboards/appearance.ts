import type { Threshold, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { MappingType, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { BytesIEC, BytesPerSecondIEC, DurationSeconds, PercentUnit } from '@grafana/grafana-foundation-sdk/units';

/** Units by what they measure, in Grafana's words. */
export const unit = {
  count: 'short',
  cores: 'suffix: cores',
  bytes: BytesIEC,
  bytesPerSecond: BytesPerSecondIEC,
  /** 1 is 100 %. */
  share: PercentUnit,
  seconds: 's',
  /** Days, hours and minutes. */
  duration: DurationSeconds,
  /** How long ago; of milliseconds since 1970. */
  timeAgo: 'dateTimeFromNow',
  perSecond: 'cps',
  packetsPerSecond: 'pps',
} as const;

export type Unit = (typeof unit)[keyof typeof unit];

export interface Colored {
  text: string;
  color: string;
}

/** Container states as the engine names them. */
export const states = {
  created: 'blue',
  running: 'green',
  paused: 'yellow',
  restarting: 'orange',
  removing: 'purple',
  exited: 'text',
  dead: 'red',
} as const;

export const stateNames = Object.keys(states) as (keyof typeof states)[];

/** For a column that holds the state's name. */
export const stateWords = toMapping(Object.entries(states).map(([state, color]) => [state, { text: state, color }]));

/** For a series whose value is the state's place in the list, from 1. */
export const stateNumbers = toMapping(
  stateNames.map((state, index) => [String(index + 1), { text: state, color: states[state] }]),
);

/** Values of container_health_status. */
export const healths = toMapping([
  ['0', { text: 'no check', color: 'text' }],
  ['1', { text: 'starting', color: 'blue' }],
  ['2', { text: 'healthy', color: 'green' }],
  ['3', { text: 'unhealthy', color: 'red' }],
]);

export const yesNo = toMapping([
  ['0', { text: 'no', color: 'green' }],
  ['1', { text: 'yes', color: 'red' }],
]);

export function toMapping(pairs: readonly (readonly [string, Colored])[]): ValueMapping[] {
  const options = pairs.map(([value, result], index) => [value, { ...result, index }] as const);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }];
}

/** Colours from a value on; the first holds from below. */
export type Steps = readonly [base: string, ...(readonly [from: number, color: string])[]];

export const noSteps: Steps = ['blue'];
/** For counts of what is wrong. */
export const anyIsBad: Steps = ['green', [1, 'red']];
export const anyIsOdd: Steps = ['green', [1, 'orange']];
/** For shares of a limit. */
export const shareOfLimit: Steps = ['green', [0.8, 'orange'], [0.9, 'red']];

export function toSteps([base, ...rest]: Steps): Threshold[] {
  return [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))];
}

export function thresholdsOf(steps: Steps): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(toSteps(steps));
}
