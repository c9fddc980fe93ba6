import { z } from 'zod';
import type { Log } from '../../../base/log.ts';
import { errorText } from '../../../base/errors.ts';
import { contentTypes, type ExpositionFormat } from '../../../metrics/exposition.ts';
import { writeScoutExposition, type ScoutInput } from '../../../supply-chain/exposition/scout-samples.ts';
import type { OrgRow } from '../../../store/supply-chain.ts';
import type { Store, Tables } from '../../../store/store.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { readOutcomes } from '../images/image-evaluation.ts';
import type { ReadPolicies } from '../images/org-policies.ts';
import { readStreams } from '../images/org-streams.ts';
import { toServedBody, type ServedBody } from './served-body.ts';

/**
 * What Prometheus is given of an organisation. Inside of a window everybody gets the same, from whichever server: what
 * one has evaluated, the others on its database serve too.
 */
export interface ScoutPage {
  body(org: OrgRow, format: ExpositionFormat): Promise<{ body: ServedBody; now: number }>;
}

export interface ScoutPageOptions {
  store: Store;
  fleet: Fleet;
  readPolicies: ReadPolicies;
  /** 0: evaluated each time. */
  cacheMs: number;
  log: Log;
}

type Bodies = Readonly<Record<ExpositionFormat, ServedBody>>;

const remembered = 200;
/** A larger one is not shared: each server evaluates for itself. */
const sharedAtMost = 16 * 1024 * 1024;

export function createScoutPage(options: ScoutPageOptions): ScoutPage {
  const { store, cacheMs } = options;
  const known = new Map<string, Bodies>();
  const running = new Map<string, Promise<Bodies>>();

  const isFresh = (at: number, now: number): boolean => cacheMs > 0 && at <= now && now - at < cacheMs;

  const renew = async (org: OrgRow, now: number): Promise<Bodies> => {
    const shared = cacheMs === 0 ? undefined : await readShared(store, org);
    if (shared !== undefined && isFresh(shared.at, now)) return toBodies(shared);
    const page = { ...(await evaluate(options, org)), at: now, orgAt: org.createdAt };
    return toBodies(cacheMs === 0 ? page : await share(options, org, page, (at) => isFresh(at, now)));
  };

  return {
    async body(org, format) {
      const now = await store.now();
      const key = `${org.name} ${String(org.createdAt)}`;
      const before = known.get(key);
      if (before !== undefined && isFresh(before[format].at, now)) return { body: before[format], now };
      let evaluation = running.get(key);
      if (evaluation === undefined) {
        evaluation = renew(org, now).finally(() => running.delete(key));
        running.set(key, evaluation);
      }
      const bodies = await evaluation;
      known.delete(key);
      if (cacheMs > 0) known.set(key, bodies);
      for (const oldest of known.keys()) {
        if (known.size <= remembered) break;
        known.delete(oldest);
      }
      return { body: bodies[format], now };
    },
  };
}

const pageSchema = z.object({
  at: z.number(),
  /** When the organisation was made: another one may have its name now. */
  orgAt: z.number(),
  text: z.string(),
  openmetrics: z.string(),
});
type Page = z.infer<typeof pageSchema>;

const nameFor = (org: string): string => `scout.page.${org}`;

async function readShared({ settings }: Pick<Tables, 'settings'>, org: OrgRow): Promise<Page | undefined> {
  const text = await settings.get(nameFor(org.name));
  const page = text === undefined ? undefined : pageSchema.safeParse(JSON.parse(text)).data;
  return page?.orgAt === org.createdAt ? page : undefined;
}

/** Gives the page to all servers; of several that did so at once, the first one's is everybody's. */
async function share(
  { store, log }: ScoutPageOptions,
  org: OrgRow,
  page: Page,
  isFresh: (at: number) => boolean,
): Promise<Page> {
  const text = JSON.stringify(page);
  if (text.length > sharedAtMost) return page;
  try {
    return await store.transaction(async (tables) => {
      const first = await readShared(tables, org);
      if (first !== undefined && isFresh(first.at)) return first;
      await tables.settings.set(nameFor(org.name), text);
      return page;
    });
  } catch (error) {
    log.warn({ org: org.name }, `a page of metrics cannot be shared with other servers: ${errorText(error)}`);
    return page;
  }
}

function toBodies({ at, text, openmetrics }: Page): Bodies {
  return {
    text: toServedBody(at, contentTypes.text, text),
    openmetrics: toServedBody(at, contentTypes.openmetrics, openmetrics),
  };
}

async function evaluate(
  { store, fleet, readPolicies }: ScoutPageOptions,
  org: OrgRow,
): Promise<Pick<Page, 'text' | 'openmetrics'>> {
  const { streams, images } = await readStreams(store, fleet, org.name);
  const { set } = await readPolicies(store, org.name);
  const stated = new Map(
    [...images].map(([digest, row]) => [digest, { counts: row.counts, policies: readOutcomes(row) }]),
  );
  const input: ScoutInput = {
    streams: streams.map(({ name, images }) => ({
      name,
      images: images.flatMap((digest) => stated.get(digest) ?? []),
    })),
    policies: set.policies,
  };
  return { text: writeScoutExposition(input, 'text'), openmetrics: writeScoutExposition(input, 'openmetrics') };
}
