import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { SupplyChain } from '../supply-chain/create-supply-chain.ts';
import { keepHouse } from './housekeeping.ts';
import { createLeadership, type Leadership } from './leadership.ts';
import { repeat } from './repeat.ts';
import { logStatusChanges } from './status-log.ts';

const statusEveryMs = 5000;
const supplyChainEveryMs = 2000;
const houseEveryMs = 60_000;
const verifyEveryMs = 3_600_000;

export interface LeaderTasksOptions {
  store: Store;
  fleet: Fleet;
  supplyChain: Pick<SupplyChain, 'tick'>;
  instanceId: string;
  auditRetentionMs: number;
  sampleRetentionMs: number;
  monotonic: () => number;
  log: Log;
}

export interface LeaderTasks extends Leadership {
  /** What the last look at the whole audit log said; undefined before the first. Every server looks for itself. */
  isAuditValid(): boolean | undefined;
}

/** Starts what one server does for all, and the check of the audit log. */
export function startLeaderTasks(options: LeaderTasksOptions): LeaderTasks {
  const { store, fleet, supplyChain, instanceId, auditRetentionMs, sampleRetentionMs, monotonic, log } = options;
  const leadership = createLeadership({ store, instanceId, monotonic, log });
  let auditValid: boolean | undefined;

  const asLeader = (task: () => Promise<void>) => async (): Promise<void> => {
    if (leadership.isLeader()) await task();
  };
  const repetitions = [
    repeat(
      { name: 'status', everyMs: statusEveryMs, log },
      asLeader(() => logStatusChanges(store, fleet, log)),
    ),
    repeat(
      { name: 'housekeeping', everyMs: houseEveryMs, log },
      asLeader(() => keepHouse({ store, auditRetentionMs, sampleRetentionMs })),
    ),
    repeat(
      { name: 'supply chain', everyMs: supplyChainEveryMs, log },
      asLeader(() => supplyChain.tick()),
    ),
    repeat({ name: 'audit', everyMs: verifyEveryMs, log }, async () => {
      const verdict = await store.audit.verify();
      auditValid = verdict.valid;
      if (!verdict.valid) log.error({ entry: verdict.number, reason: verdict.reason }, 'the audit log is not whole');
    }),
  ];

  return {
    isLeader: () => leadership.isLeader(),
    isAuditValid: () => auditValid,
    async stop() {
      await Promise.all(repetitions.map((repetition) => repetition.stop()));
      await leadership.stop();
    },
  };
}
