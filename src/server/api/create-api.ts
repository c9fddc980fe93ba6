import { Hono } from 'hono';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ServerCounters } from '../server-counters.ts';
import { createPasswords, type Passwords } from '../auth/passwords.ts';
import type { ApiRoute } from './api-route.ts';
import { createApiRoutes } from './api-routes.ts';
import { ApiProblem } from './problem.ts';
import { answerFault, problemResponse } from './problem-response.ts';
import { finishResponse } from './reply.ts';
import { checkRouteTable, methodsByPath } from './route-table.ts';
import type { JoinFacts } from './routes/host-routes.ts';
import { serveRoute, type RequestContext } from './serve-route.ts';

export interface ApiOptions {
  store: Store;
  fleet: Fleet;
  counters: ServerCounters;
  /** Those of other parts of the server. */
  routes: readonly ApiRoute[];
  join: JoinFacts;
  /** Lets everybody read metrics (not what is under /api). */
  isMetricsPublic: boolean;
  /** Ends the connection of a host that was removed. */
  cutHost: (hostId: string) => void;
  clock: Clock;
  log: Log;
  /** Tests bring cheaper ones. */
  passwords?: Passwords;
}

export interface Api {
  /** Never rejects. */
  fetch(request: Request, context: RequestContext): Promise<Response>;
  /** All of them, for documentation. */
  routes: readonly ApiRoute[];
  /** The answer to what is no readable HTTP request. */
  unreadable(): Promise<Response>;
}

interface Bindings {
  context: RequestContext;
  /** Filled in by the route that is found. */
  found: { pattern: string };
}

/** Makes the HTTP API from the table of its routes. Throws for a table that breaks a rule. */
export function createApi(options: ApiOptions): Api {
  const { store, counters, isMetricsPublic, clock, log } = options;
  const routes = createApiRoutes({ ...options, passwords: options.passwords ?? createPasswords() });
  checkRouteTable(routes);
  // A path is compared as it was sent: `/%6detrics` is not `/metrics`, for us as for a proxy before us.
  const app = new Hono<{ Bindings: Bindings }>({ getPath: ({ url }) => new URL(url).pathname });

  for (const route of routes)
    app.on(route.method, route.path, async (c, next) => {
      const { context, found } = c.env;
      if (c.req.raw.method === 'HEAD' && route.audit !== undefined) return next();
      found.pattern = route.path;
      return serveRoute(route, { store, isMetricsPublic, log }, context, c.req.raw, c.req.param());
    });
  for (const [path, methods] of methodsByPath(routes))
    app.all(path, () => {
      const allow = methods.join(', ');
      throw new ApiProblem(405, 'METHOD_NOT_ALLOWED', `this path takes ${allow}`, { Allow: allow });
    });
  app.notFound(() =>
    problemResponse(new ApiProblem(404, 'PATH_UNKNOWN', 'there is nothing here: see /api/v1/openapi.json')),
  );
  app.onError((fault, c) => answerFault(fault, c.req.raw, c.env.found.pattern, log));

  async function answer(request: Request, env: Bindings): Promise<Response> {
    try {
      return await finishResponse(await app.fetch(request, env), request.method);
    } catch (fault) {
      return finishResponse(answerFault(fault, request, env.found.pattern, log), request.method);
    }
  }

  return {
    routes,
    async fetch(request, context) {
      const begun = clock.monotonic();
      const found = { pattern: 'unmatched' };
      const response = await answer(request, { context, found });
      const { status } = response;
      counters.apiRequest(countedMethod(request.method), found.pattern, status);
      const ms = Math.round(clock.monotonic() - begun);
      log.debug(
        { method: request.method, route: found.pattern, status, ms, address: context.remoteAddress },
        'answered',
      );
      return response;
    },
    unreadable() {
      counters.apiRequest('other', 'unmatched', 400);
      const problem = new ApiProblem(400, 'REQUEST_UNREADABLE', "the request's host or target cannot be read");
      return finishResponse(problemResponse(problem), 'GET');
    },
  };
}

const countedMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A label's values are bounded, whatever clients think of. */
function countedMethod(method: string): string {
  return countedMethods.has(method) ? method : 'other';
}
