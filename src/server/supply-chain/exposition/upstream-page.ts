import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Log } from '../../../base/log.ts';
import type { Store } from '../../../store/store.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { UpstreamConfig } from '../config.ts';
import { toServedBody, type ServedBody } from './served-body.ts';
import { fetchUpstream, type Fetched } from './upstream-fetch.ts';

/** Docker asks not to be asked more often. */
export const upstreamEveryMs = 60 * 60_000;
const fetchTimeoutMs = 30_000;

/** The pages of organisations whose data is at Docker Scout. */
export interface UpstreamPages {
  has(org: string): boolean;
  /**
   * The last good page. All servers together ask for another at most once an hour; whoever comes meanwhile waits up to
   * `waitMs` for it, and no longer. Throws ApiProblem (502, 504) where there is none yet.
   */
  body(org: string, waitMs: number): Promise<{ body: ServedBody; now: number }>;
  stop(): void;
}

export interface UpstreamOptions {
  store: Pick<Store, 'now' | 'settings' | 'leases'>;
  config: UpstreamConfig;
  log: Log;
  timeoutMs?: number;
}

const stateSchema = z.object({
  good: z.object({ at: z.number(), contentType: z.string(), text: z.string() }).optional(),
  failure: z.object({ at: z.number(), isTimeout: z.boolean(), reason: z.string() }).optional(),
});
type State = z.infer<typeof stateSchema>;

export function createUpstreamPages({
  store,
  config,
  log,
  timeoutMs = fetchTimeoutMs,
}: UpstreamOptions): UpstreamPages {
  const orgs = new Set(config.token === '' ? [] : config.orgs);
  const bodies = new Map<string, ServedBody>();
  const running = new Map<string, Promise<State | undefined>>();
  const ending = new AbortController();

  /** Another address or token is another source: what was tried before does not count. */
  const nameOf = (org: string): string => {
    const source = createHash('sha256').update(`${config.url}\n${config.token}`).digest('hex').slice(0, 16);
    return `scout.upstream.${org}.${source}`;
  };

  const readState = async (org: string): Promise<State> => {
    const text = await store.settings.get(nameOf(org));
    return (text === undefined ? undefined : stateSchema.safeParse(JSON.parse(text)).data) ?? {};
  };

  const renew = async (org: string, before: State): Promise<State> => {
    const url = `${config.url.replace(/\/+$/, '')}/v1/exporter/org/${encodeURIComponent(org)}/metrics`;
    const fetched = await fetchUpstream(url, { token: config.token, timeoutMs, signal: ending.signal });
    if (!fetched.isGood) log.warn({ org }, `Docker Scout's metrics were not had: ${fetched.reason}`);
    const state = nextState(before, fetched, await store.now());
    await store.settings.set(nameOf(org), JSON.stringify(state));
    return state;
  };

  /** undefined: nobody may ask again yet. */
  const renewOnce = async (org: string, state: State): Promise<State | undefined> => {
    if (!(await store.leases.hold(nameOf(org), randomUUID(), upstreamEveryMs))) return undefined;
    return renew(org, state);
  };

  const renewing = (org: string, state: State): Promise<State | undefined> => {
    const known = running.get(org);
    if (known !== undefined) return known;
    const renewal = renewOnce(org, state).finally(() => running.delete(org));
    renewal.catch((error: unknown) => log.warn({ org, err: error }, "Docker Scout's metrics could not be kept"));
    running.set(org, renewal);
    return renewal;
  };

  const bodyOf = (org: string, { good }: State): ServedBody | undefined => {
    if (good === undefined) return undefined;
    const known = bodies.get(org);
    if (known?.at === good.at) return known;
    const body = toServedBody(good.at, good.contentType, good.text);
    bodies.set(org, body);
    return body;
  };

  return {
    has: (org) => orgs.has(org),
    async body(org, waitMs) {
      const now = await store.now();
      const fresh = bodies.get(org);
      if (fresh !== undefined && fresh.at <= now && now - fresh.at < upstreamEveryMs) return { body: fresh, now };
      const state = await readState(org);
      const isDue = state.good === undefined || now - state.good.at >= upstreamEveryMs;
      // Whoever has an older page need not wait for all of the time that there is.
      const patience = state.good === undefined ? waitMs : waitMs / 2;
      const latest = (isDue ? await settledWithin(renewing(org, state), patience) : undefined) ?? state;
      const body = bodyOf(org, latest);
      if (body === undefined) throw nothingYet(org, latest.failure, now);
      return { body, now: Math.max(now, body.at) };
    },
    stop: () => ending.abort(),
  };
}

function nextState(before: State, fetched: Fetched, at: number): State {
  if (fetched.isGood) return { good: { at, contentType: fetched.contentType, text: fetched.text } };
  const { isTimeout, reason } = fetched;
  return { ...before, failure: { at, isTimeout, reason } };
}

/** undefined: it takes longer, or failed altogether. */
async function settledWithin<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: passed, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work.catch(() => undefined), passed]);
  } finally {
    clearTimeout(timer);
  }
}

function nothingYet(org: string, failure: State['failure'], now: number): ApiProblem {
  if (failure === undefined)
    return new ApiProblem(504, 'UPSTREAM_TIMEOUT', `Docker Scout has not answered yet about ${org}: scrape again`, {
      'Retry-After': '30',
    });
  const seconds = Math.max(1, Math.ceil((failure.at + upstreamEveryMs - now) / 1000));
  const headers = { 'Retry-After': String(seconds) };
  const detail = `Docker Scout was asked about ${org}, and ${failure.reason}; it is asked again in ${String(seconds)} s, or at once with another token or address`;
  return failure.isTimeout
    ? new ApiProblem(504, 'UPSTREAM_TIMEOUT', detail, headers)
    : new ApiProblem(502, 'UPSTREAM_FAILED', detail, headers);
}
