import { errorText } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { createOnceLog } from '../../../base/once-log.ts';
import type { Samples } from '../../../metrics/samples.ts';
import type { SeenFinding } from '../../../supply-chain/image-facts.ts';
import { imageSamples, rankImages, type ImageState } from '../../../supply-chain/exposition/image-samples.ts';
import { healthGrades } from '../../../supply-chain/policies/health-grade.ts';
import type { KnownExploited } from '../../../supply-chain/policies/known-exploited.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';
import type { Store } from '../../../store/store.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Principal } from '../../principal.ts';
import type { SupplyChainConfig } from '../config.ts';
import { countedFindings, readOutcomes, readReports } from '../images/image-evaluation.ts';
import { resolveRunning, runningContainers, type RunningContainer } from '../images/running-images.ts';
import { readFacts, tagNames } from '../images/stored-facts.ts';
import { allOrgs } from '../orgs.ts';

/** The series of single images on the server's /metrics, where they are asked for. */
export interface ImagePage {
  /** Never rejects. Images belong to no host: who is limited to hosts sees none. */
  collect(samples: Samples, principal: Principal): Promise<void>;
}

export interface ImagePageOptions {
  store: Store;
  fleet: Fleet;
  knownExploited: () => KnownExploited | undefined;
  config: SupplyChainConfig['imageMetrics'];
  log: Log;
}

export function createImagePage(options: ImagePageOptions): ImagePage {
  const { store, fleet, config, knownExploited, log } = options;
  const onceLog = createOnceLog(log);

  const collectOrg = async (
    org: string,
    containers: readonly RunningContainer[],
    hasHosts: boolean,
  ): Promise<Samples> => {
    const images = await store.images.all(org);
    const tags = await store.tags.all(org);
    const resolved = await resolveRunning(store, org, containers, { images, tags });
    const running = new Set(resolved.map(({ digest }) => digest));
    const ranked = rankImages(images.map((row) => toState(row, hasHosts ? running.has(row.digest) : undefined)));
    const shown: ImageState[] = [];
    let left = config.vulnerabilitiesAtMost;
    for (const state of ranked.slice(0, config.imagesAtMost)) {
      const findings = left > 0 ? await readFindings(options, org, state) : undefined;
      left -= findings?.length ?? 0;
      shown.push(await withFacts(options, org, { ...state, facts: { ...state.facts, findings } }));
    }
    return imageSamples({
      org,
      images: [...shown, ...ranked.slice(shown.length)],
      knownExploited: knownExploited(),
      imagesAtMost: config.imagesAtMost,
      vulnerabilitiesAtMost: config.vulnerabilitiesAtMost,
    });
  };

  return {
    async collect(samples, { hosts: limit }) {
      if (!config.isEnabled || limit !== undefined) return;
      try {
        const hosts = await fleet.hosts(undefined);
        const containers = await runningContainers(fleet);
        const hasHosts = hosts.some(({ containers: known }) => known !== undefined);
        for (const { name } of await allOrgs(store)) samples.append(await collectOrg(name, containers, hasHosts));
        onceLog.reset();
      } catch (error) {
        onceLog.warn('images', {}, `metrics are served without images: ${errorText(error)}`);
      }
    },
  };
}

/** What a row without its facts says. */
function toState(row: ImageRow, running: boolean | undefined): ImageState {
  const { digest, repository, counts, fixable, knownExploited, scannedAt, databaseAt, scanner, grade } = row;
  const facts = {
    ...{ digest, repositories: [repository], tags: [], attestations: {}, scannedAt, databaseAt, running },
    scanner: scanner === '' ? undefined : { name: scanner, version: '' },
  };
  return {
    facts,
    figures: counts === undefined ? undefined : { counts, fixable: fixable ?? counts, knownExploited },
    policies: readOutcomes(row),
    grade: healthGrades.find((one) => one === grade),
  };
}

async function withFacts({ store }: ImagePageOptions, org: string, state: ImageState): Promise<ImageState> {
  const row = await store.images.get(org, state.facts.digest);
  if (row === undefined) return state;
  const { repositories, tags, base } = readFacts(row);
  return { ...state, facts: { ...state.facts, repositories, tags: tagNames(tags), base } };
}

/** As they count, without what VEX documents took out. */
async function readFindings(
  { store }: ImagePageOptions,
  org: string,
  { facts: { digest } }: ImageState,
): Promise<readonly SeenFinding[] | undefined> {
  const row = await store.images.get(org, digest);
  return row && countedFindings(row, await readReports(await store.reports.of(org, digest)));
}
