/** An allowance that fills evenly and is charged after the fact, so that it can be in debt. */
export interface Meter {
  charge(amount: number): void;
  /** 0, or the milliseconds until the debt is paid. */
  waitMs(): number;
}

export interface MeterLimits {
  burst: number;
  perSecond: number;
}

export function createMeter({ burst, perSecond }: MeterLimits, monotonic: () => number): Meter {
  let level = burst;
  let countedAt = monotonic();
  const fill = (): void => {
    const now = monotonic();
    level = Math.min(burst, level + ((now - countedAt) / 1000) * perSecond);
    countedAt = now;
  };
  return {
    charge(amount) {
      fill();
      level -= amount;
    },
    waitMs() {
      fill();
      return level >= 0 ? 0 : (-level / perSecond) * 1000;
    },
  };
}
