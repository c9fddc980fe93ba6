import type { HostView } from '../fleet/fleet.ts';
import type { SampleStore } from '../samples/sample-store.ts';
import type { HostSamples } from './containers-exposition.ts';

/** The current samples of the hosts that are not offline, in the order of the hosts. */
export function freshSamples(views: readonly HostView[], samples: Pick<SampleStore, 'current'>): HostSamples[] {
  const current = samples.current();
  return views.flatMap(({ id, name, status }) => {
    const held = status === 'offline' ? undefined : current.get(id);
    return held === undefined ? [] : [{ host: name, samples: held }];
  });
}
