import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Samples } from '../../metrics/samples.ts';
import type { Store } from '../../store/store.ts';
import type { ApiRoute } from '../api/api-route.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Principal } from '../principal.ts';
import { repeat, type Repetition } from '../tasks/repeat.ts';
import type { SupplyChainConfig } from './config.ts';
import { createImagePage } from './exposition/image-page.ts';
import { createScoutPage } from './exposition/scout-page.ts';
import { createScoutRoutes } from './exposition/scout-routes.ts';
import { createUpstreamPages } from './exposition/upstream-page.ts';
import { createIngest } from './images/ingest.ts';
import { createPolicyReader } from './images/org-policies.ts';
import { createRevaluator } from './images/revaluator.ts';
import { createKnownExploitedFile } from './known-exploited-file.ts';
import { createLabelNames } from './label-names.ts';
import { createReportReading } from './reading.ts';
import { createReportFolder } from './report-folder.ts';
import { createEnvironmentRoutes } from './routes/environment-routes.ts';
import { createImageRoutes } from './routes/image-routes.ts';
import { createOrgRoutes } from './routes/org-routes.ts';
import { createPolicyRoutes } from './routes/policy-routes.ts';
import { createReportRoutes } from './routes/report-routes.ts';
import { createScanRoutes } from './routes/scan-routes.ts';
import { createScanQueue } from './scans/scan-queue.ts';
import { createScanSchedule } from './scans/scan-schedule.ts';
import { createScanner } from './scans/scanner.ts';
import { noteChanges } from './changes.ts';

export interface SupplyChainOptions {
  store: Store;
  fleet: Fleet;
  config: SupplyChainConfig;
  clock: Clock;
  log: Log;
  /** false for commands, which end when what they asked for is done. */
  inBackground?: boolean;
  /** Whether agents are asked for the labels in `labelNames`; without it rules about labels are refused. */
  hasLabels?: boolean;
  folderEveryMs?: number;
}

/** The supply chain's part of the server. */
export interface SupplyChain {
  routes: readonly ApiRoute[];
  /** Adds the series of single images, where they are asked for. Never rejects. */
  collect(samples: Samples, principal: Principal): Promise<void>;
  /** The labels that agents are to tell of their containers, by name. */
  labelNames(): readonly string[];
  /** Begins to watch the folder and the catalogue of known exploited vulnerabilities, which every server does. */
  start(): Promise<void>;
  /** Can be called twice, and without a start. */
  stop(): Promise<void>;
  /** What one server does for all, every few seconds: evaluations that are due, and scans. */
  tick(): Promise<void>;
}

const lookEveryMs = 2000;
const catalogueEveryMs = 60_000;
const labelNamesEveryMs = 10_000;

export function createSupplyChain(options: SupplyChainOptions): SupplyChain {
  const { store, fleet, config, clock, log } = options;
  const { inBackground = true, hasLabels = false, folderEveryMs = lookEveryMs } = options;
  const catalogue = createKnownExploitedFile(config.kevFile, log);
  const knownExploited = () => catalogue.current();
  const readPolicies = createPolicyReader(log);
  const ingest = createIngest({ store, readPolicies, knownExploited, isProvisional: !inBackground });
  const revaluator = createRevaluator({ store, readPolicies, knownExploited, clock, log });
  const reading = createReportReading(config.reports.maxBytes);
  const { cacheMs } = config.scout;
  const page = createScoutPage({ store, fleet, readPolicies, cacheMs, log });
  const upstream = createUpstreamPages({ store, config: config.scout.upstream, log });
  const images = createImagePage({ store, fleet, knownExploited, config: config.imageMetrics, log });
  const scanner = createScanner(config.scan, reading);
  const queue = createScanQueue({ store, scanner, ingest, log });
  const schedule = createScanSchedule({ store, fleet, intervalMs: config.scan.intervalMs });
  const folder = createReportFolder({ path: config.reports.folder, store, reading, ingest, log });
  const labels = createLabelNames(store);
  const repetitions: Repetition[] = [];

  const scanDue = async (): Promise<void> => {
    if (config.scan.intervalMs === 0) return;
    const jobs = await schedule.due();
    if (jobs.length > 0) queue.add(await scanner.find(), jobs);
  };

  return {
    routes: [
      ...createOrgRoutes(store),
      ...createReportRoutes({ store, ingest, reading, maxBytes: config.reports.maxBytes }),
      ...createImageRoutes({ store, fleet, revaluator }),
      ...createEnvironmentRoutes({ store, fleet, hasLabels }),
      ...createPolicyRoutes({ store, revaluator }),
      ...createScanRoutes({ store, fleet, scanner, queue, inBackground }),
      ...createScoutRoutes({ store, page, upstream, cacheMs, log }),
    ],
    labelNames: () => labels.current(),
    collect: (samples, principal) => images.collect(samples, principal),
    async start() {
      await catalogue.refresh();
      repetitions.push(repeat({ name: 'catalogue', everyMs: catalogueEveryMs, log }, () => catalogue.refresh()));
      if (hasLabels)
        repetitions.push(repeat({ name: 'labels', everyMs: labelNamesEveryMs, log }, () => labels.refresh()));
      if (config.reports.folder !== '')
        repetitions.push(repeat({ name: 'report folder', everyMs: folderEveryMs, log }, () => folder.look()));
      if (config.scan.scanner !== 'none') await scanner.find().catch((error: unknown) => log.info(errorText(error)));
    },
    async stop() {
      folder.stop();
      upstream.stop();
      await queue.stop();
      await Promise.all(repetitions.splice(0).map((repetition) => repetition.stop()));
    },
    async tick() {
      await noteChanges({ store, fleet, readPolicies, catalogue: catalogue.fingerprint() });
      await revaluator.run();
      await scanDue();
    },
  };
}
