import { errorText } from '../../../base/errors.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import type { KnownExploited } from '../../../supply-chain/policies/known-exploited.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';
import type { Store, Tables } from '../../../store/store.ts';
import { allOrgs } from '../orgs.ts';
import { evaluateImage, readReports, type EvaluatedImage } from './image-evaluation.ts';
import type { ReadPolicies } from './org-policies.ts';
import { noteRevaluation, readRevaluation } from './revaluations.ts';
import { isRunning } from './running-set.ts';

/** Evaluates images anew when the clock, the policies or what else they follow from has changed. */
export interface Revaluator {
  evaluate(tables: Tables, row: ImageRow, now: number): Promise<EvaluatedImage>;
  /** Everything that is due, for as long as one turn may take; the rest is for the next. */
  run(): Promise<void>;
  /** The first of an organisation's images at once: of most organisations, all of them. */
  begin(org: string): Promise<void>;
}

export interface RevaluatorOptions {
  store: Store;
  readPolicies: ReadPolicies;
  knownExploited: () => KnownExploited | undefined;
  clock: Clock;
  log: Log;
}

const batch = 50;
const turnMs = 10_000;
const firstTurnMs = 1000;
/** One that cannot be evaluated, its report being damaged, is tried again then. */
const retryMs = 60 * 60_000;

export function createRevaluator({ store, readPolicies, knownExploited, clock, log }: RevaluatorOptions): Revaluator {
  const evaluate = async (tables: Tables, row: ImageRow, now: number): Promise<EvaluatedImage> => {
    const { org, digest } = row;
    const { set } = await readPolicies(tables, org);
    const running = await isRunning(tables, org, digest, set);
    const reports = await readReports(await tables.reports.of(org, digest));
    return evaluateImage(tables, row, reports, { policies: set, knownExploited: knownExploited(), now, running });
  };

  const evaluateSafely = async (row: ImageRow, now: number): Promise<ImageRow> => {
    try {
      return (await evaluate(store, row, now)).row;
    } catch (error) {
      const { org, digest } = row;
      log.warn({ org, digest }, `an image cannot be evaluated, and is tried again in an hour: ${errorText(error)}`);
      return { ...row, nextChangeAt: now + retryMs };
    }
  };

  /** Works out some rows, and writes those that nobody has changed meanwhile. */
  const revalue = async (
    rows: readonly ImageRow[],
    note: (tables: Tables) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> => {
    const now = await store.now();
    const keys = new Map<string, string>();
    for (const { org } of rows) keys.set(org, (await readPolicies(store, org)).key);
    const evaluated: ImageRow[] = [];
    for (const row of rows) evaluated.push(await evaluateSafely(row, now));
    await store.transaction(async (tables) => {
      for (const [index, row] of evaluated.entries()) {
        const { org, digest } = row;
        const current = await tables.images.get(org, digest);
        // A report that came meanwhile has had the image evaluated; newer policies will.
        if (current === undefined || current.facts !== rows[index]?.facts) continue;
        if ((await readPolicies(tables, org)).key !== keys.get(org)) continue;
        await tables.images.put(row);
      }
      await note(tables);
    });
  };

  const runOrg = async (org: string, until: number): Promise<void> => {
    while (clock.monotonic() < until) {
      const revaluation = await readRevaluation(store, org);
      if (revaluation === undefined) return;
      const after = revaluation.after === '' ? undefined : revaluation.after;
      const rows = await store.images.list(org, { limit: batch, after });
      const next = rows.length < batch ? undefined : rows.at(-1)?.digest;
      await revalue(rows, (tables) => noteRevaluation(tables, org, revaluation, next));
    }
  };

  const runDue = async (until: number): Promise<void> => {
    while (clock.monotonic() < until) {
      const rows = await store.images.due(await store.now(), batch);
      if (rows.length > 0) await revalue(rows);
      if (rows.length < batch) return;
    }
  };

  return {
    evaluate,
    async run() {
      const until = clock.monotonic() + turnMs;
      for (const { name } of await allOrgs(store)) await runOrg(name, until);
      await runDue(until);
    },
    begin: (org) => runOrg(org, clock.monotonic() + firstTurnMs),
  };
}
