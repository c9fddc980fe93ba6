import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { createOnceLog } from '../../base/once-log.ts';
import { contentTypes } from '../../metrics/exposition.ts';
import type { Store } from '../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../api/api-route.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Fleet, HostView } from '../fleet/fleet.ts';
import { toCurrent } from '../samples/current-samples.ts';
import type { SampleStore } from '../samples/sample-store.ts';
import { selectHostSamples, selectServerSamples, writeFederated, type FederatedFamilies } from './federation.ts';
import { freshSamples } from './fresh-samples.ts';
import { BudgetSpent } from './pattern/run.ts';
import { databaseTimeout } from './scrape-deadline.ts';
import { parseSelector, SelectorFault, type Selector } from './selector.ts';
import { createSeriesFilter, type SeriesFilter } from './series-filter.ts';
import type { ServerPage } from './server-page.ts';
import { streamedReply } from './text-reply.ts';

const mostSelectors = 50;
/** What the patterns of one request may cost: a fraction of a second. */
const patternSteps = 10_000_000;
/** Late samples are told for this long, so that a scrape or two may fail. */
const lateMs = 300_000;
/** Late batches and samples of one answer; what is past them stays to be had from the API. */
const lateBatches = 1000;
const lateSamples = 500_000;

export interface FederateOptions {
  store: Pick<Store, 'now' | 'batches'>;
  fleet: Fleet;
  samples: Pick<SampleStore, 'current' | 'read'>;
  page: ServerPage;
  clock: Clock;
  log: Log;
}

/** What a Prometheus federates: all that the selectors choose of /metrics and /metrics/containers, with times. */
export function createFederateRoute(options: FederateOptions): ApiRoute {
  const onceLog = createOnceLog(options.log);
  return defineApiRoute({
    method: 'GET',
    path: '/federate',
    permission: 'metrics.read',
    tag: 'metrics',
    summary: 'The samples that match[] selects, with their times, late ones too, for a Prometheus to federate',
    query: z.looseObject({ 'match[]': z.union([z.string(), z.array(z.string())]).optional() }),
    produces: contentTypes.text,
    async handle({ query, principal, request }) {
      const filter = createSeriesFilter(readSelectors(query['match[]']), { left: patternSteps });
      const views = await options.fleet.hosts(principal.hosts);
      const families: FederatedFamilies = new Map();
      try {
        const own = await options.page.collect(principal, databaseTimeout(request));
        selectServerSamples(families, own, options.clock.now(), filter);
        for (const one of freshSamples(views, options.samples)) {
          selectHostSamples(families, one, filter);
          await nextTurn();
        }
        const isWhole = await selectLate(families, views, filter, options);
        if (!isWhole) onceLog.warn('late', {}, 'more late samples than one federation takes: they stay in the API');
      } catch (error) {
        if (!(error instanceof BudgetSpent)) throw error;
        throw new ApiProblem(
          400,
          'FEDERATE_COSTLY',
          'the patterns of match[] cost too much: use simpler or fewer ones',
        );
      }
      return streamedReply(request, contentTypes.text, writeFederated(families));
    },
  });
}

/** Throws ApiProblem (400). */
function readSelectors(match: string | readonly string[] | undefined): readonly Selector[] {
  const texts = match === undefined ? [] : [match].flat();
  if (texts.length === 0) {
    const example = 'match[]={__name__=~"container_.+"}';
    throw new ApiProblem(
      400,
      'FEDERATE_MATCH_MISSING',
      `say what to federate, for example ${example}, percent-encoded`,
    );
  }
  if (texts.length > mostSelectors) {
    throw new ApiProblem(400, 'FEDERATE_MATCH_INVALID', `at most ${String(mostSelectors)} times match[]`);
  }
  try {
    return texts.map(parseSelector);
  } catch (error) {
    if (!(error instanceof SelectorFault)) throw error;
    throw new ApiProblem(400, 'FEDERATE_MATCH_INVALID', `match[] is no selector: ${error.message}`);
  }
}

/** Adds what came late of the hosts that are seen, also of one that is offline again. false: there is more. */
async function selectLate(
  families: FederatedFamilies,
  views: readonly HostView[],
  filter: SeriesFilter,
  { store, samples }: FederateOptions,
): Promise<boolean> {
  const names = new Map(views.map(({ id, name }) => [id, name]));
  const rows = await store.batches.lateSince((await store.now()) - lateMs, lateBatches);
  // Label sets are alike from batch to batch: they are held once.
  const before = new Map(samples.current());
  let count = 0;
  for (const row of rows.slice(0, lateBatches)) {
    const host = names.get(row.hostId);
    if (host === undefined) continue;
    if (count >= lateSamples) return false;
    const read = await samples.read(row);
    if (read === undefined) continue;
    const late = toCurrent(row.hostId, row.at, read, before.get(row.hostId));
    before.set(row.hostId, late);
    count += selectHostSamples(families, { host, samples: late }, filter);
  }
  return rows.length < lateBatches;
}
