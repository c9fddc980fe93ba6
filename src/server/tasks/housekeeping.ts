import type { Store } from '../../store/store.ts';

const dayMs = 86_400_000;

export interface HousekeepingOptions {
  store: Store;
  /** 0: entries of the audit log are kept for ever. */
  auditRetentionMs: number;
  /** Batches of samples are kept this long. */
  sampleRetentionMs: number;
}

/** Removes what has had its time; the leader does it once a minute. */
export async function keepHouse({ store, auditRetentionMs, sampleRetentionMs }: HousekeepingOptions): Promise<void> {
  const now = await store.now();
  await store.batches.removeBefore(now - sampleRetentionMs);
  await store.sessions.removeExpired();
  await store.loginGuards.removeOlderThan(dayMs);
  // Kept for a while after their end, so that a refusal can say why.
  await store.joinTokens.removeExpiredBefore(now - 7 * dayMs);
  await store.tokens.removeExpiredBefore(now - 30 * dayMs);
  await store.certificates.removeExpiredBefore(now - 30 * dayMs);
  await store.instances.removeOlderThan(60_000);
  if (auditRetentionMs > 0) await store.audit.removeBefore(now - auditRetentionMs);
}
