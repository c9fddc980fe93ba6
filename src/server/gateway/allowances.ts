import { rememberedAllowances } from './gateway-limits.ts';
import { createMeter, type Meter, type MeterLimits } from './meter.ts';

/** Meters by key (an address, a host); those that were charged longest ago are forgotten. */
export interface Allowances {
  charge(key: string): void;
  /** 0, or the milliseconds until the key may try again. */
  waitMs(key: string): number;
}

export function createAllowances(limits: MeterLimits, monotonic: () => number): Allowances {
  const meters = new Map<string, Meter>();
  return {
    charge(key) {
      const meter = meters.get(key) ?? createMeter(limits, monotonic);
      meters.delete(key);
      for (const oldest of meters.keys()) {
        if (meters.size < rememberedAllowances) break;
        meters.delete(oldest);
      }
      meters.set(key, meter);
      meter.charge(1);
    },
    waitMs: (key) => meters.get(key)?.waitMs() ?? 0,
  };
}
