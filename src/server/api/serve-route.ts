import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { anonymous, authenticate, unauthorized, type Caller } from '../auth/authentication.ts';
import { requireCsrfToken } from '../auth/forgery.ts';
import { actorOf, type Principal } from '../principal.ts';
import type { ApiCall, ApiRoute } from './api-route.ts';
import { ApiProblem } from './problem.ts';
import { toResponse } from './reply.ts';
import { readInput } from './request-input.ts';

/** Where a request came from. */
export interface RequestContext {
  /** The peer's IP address; empty for a command on the server's machine. */
  remoteAddress: string;
  isTls: boolean;
  /** Who calls, where that is known already: a command on the server's machine. */
  principal?: Principal;
}

export interface ServeOptions {
  store: Store;
  /** `/metrics` and its like are for everybody. */
  isMetricsPublic: boolean;
  log: Log;
}

type Mutate = ApiCall<undefined, undefined, undefined>['mutate'];

/** Answers one request for one route. Throws ApiProblem, and whatever the store and the handler throw. */
export async function serveRoute(
  route: ApiRoute,
  options: ServeOptions,
  context: RequestContext,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  const caller = await identify(route, options, context, request);
  const { principal, session } = caller;
  requirePermission(route, principal);
  if (session !== undefined && request.method !== 'GET' && request.method !== 'HEAD')
    requireCsrfToken(request, session.csrf);
  const input = await readInput(route, request, params);
  const audited = createMutate(route, options.store, principal);
  const value = await route.handle({
    params: input.params as never,
    query: input.query as never,
    body: input.body,
    principal,
    request,
    remoteAddress: context.remoteAddress,
    isTls: context.isTls,
    ...(session === undefined ? {} : { session }),
    mutate: audited.mutate,
  });
  if (route.audit !== undefined && !audited.isDone())
    throw new Error(`${route.method} ${route.path} has ended without an entry in the audit log`);
  return toResponse(value, route);
}

async function identify(
  route: ApiRoute,
  { store, isMetricsPublic, log }: ServeOptions,
  context: RequestContext,
  request: Request,
): Promise<Caller> {
  if (context.principal !== undefined) return { principal: context.principal };
  if (route.permission === 'open') return { principal: anonymous };
  const caller = await authenticate(store, request, context.isTls, log);
  return isMetricsPublic && isMetricsRoute(route) ? { ...caller, principal: asReader(caller.principal) } : caller;
}

/** What a scraper reads; the API's own routes stay closed, also those that a scraper may call. */
function isMetricsRoute({ permission, path }: ApiRoute): boolean {
  return permission === 'metrics.read' && !path.startsWith('/api/');
}

/** Whoever can leave his token away loses nothing by showing it; a token's hosts still limit what it shows. */
function asReader(principal: Principal): Principal {
  const permissions = new Set(principal.permissions).add('metrics.read');
  return { ...principal, permissions, hosts: principal.kind === 'anonymous' ? undefined : principal.hosts };
}

function requirePermission(route: ApiRoute, principal: Principal): void {
  const { permission } = route;
  if (permission === 'open') return;
  const isAllowed =
    permission === 'authenticated' ? principal.kind !== 'anonymous' : principal.permissions.has(permission);
  if (!isAllowed && principal.kind === 'anonymous')
    throw unauthorized('AUTH_REQUIRED', 'log in, or send a token: Authorization: Bearer tmn_...');
  if (!isAllowed)
    throw new ApiProblem(403, 'PERMISSION_MISSING', `this needs the permission ${permission}: ask for a role with it`);
  if (route.isFleetWide === true && principal.hosts !== undefined)
    throw new ApiProblem(403, 'SCOPE_LIMITED', 'this concerns all hosts, and this role or token is limited to some');
}

function createMutate(route: ApiRoute, store: Store, principal: Principal): { mutate: Mutate; isDone: () => boolean } {
  let state: 'none' | 'begun' | 'done' = 'none';
  return {
    isDone: () => state === 'done',
    async mutate(entry, work) {
      const { audit: action } = route;
      if (action === undefined) throw new Error(`${route.method} ${route.path} has no action for the audit log`);
      if (state !== 'none') throw new Error(`${route.method} ${route.path} may change something once`);
      state = 'begun';
      const result = await store.transaction(async (tables) => {
        // First, since it makes all changes wait for each other: what `work` reads then stays true until it is done.
        await tables.audit.append({
          actor: actorOf(principal),
          action,
          target: entry.target,
          detail: entry.detail ?? {},
        });
        return work(tables);
      });
      state = 'done';
      return result;
    },
  };
}
