import { z } from 'zod';
import type { Log } from '../../../base/log.ts';
import { contentTypes } from '../../../metrics/exposition.ts';
import { negotiateFormat } from '../../../metrics/negotiate-format.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { databaseTimeout } from '../../metrics/scrape-deadline.ts';
import { requireOwner } from './org-access.ts';
import type { ScoutPage } from './scout-page.ts';
import { bodyReply } from './served-body.ts';
import { upstreamEveryMs, type UpstreamPages } from './upstream-page.ts';

export interface ScoutRouteOptions {
  store: Store;
  page: ScoutPage;
  upstream: UpstreamPages;
  cacheMs: number;
  log: Log;
}

/** Both are in use. */
const paths = ['/v1/exporter/org/:org', '/v1/exporter/org/:org/metrics'];

/** Docker Scout's exporter, over the images that are known here. The tokens are of their own: see org-access.ts. */
export function createScoutRoutes({ store, page, upstream, cacheMs, log }: ScoutRouteOptions): readonly ApiRoute[] {
  return paths.map((path) =>
    defineApiRoute({
      method: 'GET',
      path,
      permission: 'open',
      tag: 'supply chain',
      summary: "An organisation's vulnerabilities and policies, for Prometheus; wants an owner's personal access token",
      // Whether there can be such a name is nothing for whoever is not known.
      params: z.object({ org: z.string() }),
      produces: contentTypes.text,
      async handle({ params: { org }, request, principal, isTls = false }) {
        const row = await requireOwner(store, { request, principal, isTls }, org, log);
        if (upstream.has(org)) {
          const { body, now } = await upstream.body(org, databaseTimeout(request));
          return bodyReply(request, body, { now, maxAgeMs: upstreamEveryMs });
        }
        const format = negotiateFormat(request.headers.get('accept') ?? undefined);
        const { body, now } = await page.body(row, format);
        return bodyReply(request, body, { now, maxAgeMs: cacheMs });
      },
    }),
  );
}
