import { imageReferenceText, isDigest, tryImageReference } from '../../../supply-chain/image-reference.ts';
import { automaticMembers } from '../../../supply-chain/streams/automatic-rules.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';
import type { Store } from '../../../store/store.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { toRule } from '../images/org-streams.ts';
import { resolveRunning, runningContainers, type RunningContainer } from '../images/running-images.ts';
import { allOrgs } from '../orgs.ts';
import type { ScanJob } from './scan-queue.ts';

/** Which images are to be scanned now: those that run or were never scanned, and whose last scan is too old. */
export interface ScanSchedule {
  due(): Promise<readonly ScanJob[]>;
}

export function createScanSchedule(options: { store: Store; fleet: Fleet; intervalMs: number }): ScanSchedule {
  const { store, fleet, intervalMs } = options;
  /** When each was asked for: what fails is not tried at every turn. */
  const asked = new Map<string, number>();

  const ofOrg = async (org: string, containers: readonly RunningContainer[], isOnly: boolean, now: number) => {
    const rows = await store.images.all(org);
    const tags = await store.tags.all(org);
    const resolved = await resolveRunning(store, org, containers, { images: rows, tags });
    const running = new Set(resolved.map(({ digest }) => digest));
    const isOld = ({ scannedAt }: ImageRow): boolean => scannedAt === undefined || now - scannedAt >= intervalMs;
    const known = rows.filter((row) => isOld(row) && (running.has(row.digest) || row.scannedAt === undefined));
    const rules = (await store.automaticEnvironments.all(org)).map(toRule);
    const unknown = await Promise.all(
      containers.map(async (container) => {
        const isKnown = (await resolveRunning(store, org, [container], { images: rows, tags })).length > 0;
        const isCovered = automaticMembers(rules, [{ ...container, digest: container.image }]).length > 0;
        return !isKnown && (isCovered || isOnly) ? referenceOf(container) : undefined;
      }),
    );
    const images = new Set([...known.map(referenceOfRow), ...unknown.flatMap((image) => image ?? [])]);
    return [...images].map((image) => ({ org, image }));
  };

  return {
    async due() {
      if (intervalMs === 0) return [];
      const now = await store.now();
      for (const [key, at] of asked) if (now - at >= intervalMs) asked.delete(key);
      const containers = await runningContainers(fleet);
      const orgs = await allOrgs(store);
      const jobs: ScanJob[] = [];
      for (const { name } of orgs) jobs.push(...(await ofOrg(name, containers, orgs.length === 1, now)));
      const fresh = jobs.filter(({ org, image }) => !asked.has(`${org} ${image}`));
      for (const { org, image } of fresh) asked.set(`${org} ${image}`, now);
      return fresh;
    },
  };
}

/** undefined: an image that has no name any more, only an id. */
export function referenceOf({ image }: RunningContainer): string | undefined {
  const reference = isDigest(image) ? undefined : tryImageReference(image);
  return reference && imageReferenceText(reference);
}

function referenceOfRow({ repository, digest }: ImageRow): string {
  return isDigest(digest) ? `${repository}@${digest}` : digest.replace(/^tag:/, '');
}
