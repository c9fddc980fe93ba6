import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Writes each change of a host's status down, with its reasons; the leader does it every few seconds. */
export async function logStatusChanges(store: Store, fleet: Fleet, log: Log): Promise<void> {
  const known = new Map((await store.hosts.all()).map((row) => [row.id, row.status]));
  const now = await store.now();
  for (const host of await fleet.hosts(undefined)) {
    const before = known.get(host.id);
    if (before === undefined || before === host.status) continue;
    const reasons = host.reasons.map(({ text }) => text);
    const fields = { host: host.name, status: host.status, before, reasons };
    if (host.status === 'online') log.info(fields, 'a host is online');
    else log.warn(fields, `a host is ${host.status}`);
    await store.hosts.update(host.id, { status: host.status, statusSince: now });
  }
}
