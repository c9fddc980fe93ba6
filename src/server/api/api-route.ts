import type { z } from 'zod';
import type { Permission } from '../../protocol/permissions.ts';
import type { SessionRow, Tables } from '../../store/store.ts';
import type { Principal } from '../principal.ts';

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** What a handler is given: everything checked already. */
export interface ApiCall<P, Q, B> {
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
  principal: Principal;
  request: Request;
  /** The peer's IP address; empty for a command on the server's machine. */
  remoteAddress: string;
  /** Whether the peer speaks TLS with this server. */
  isTls?: boolean;
  /** The session whose cookie says who calls; absent for tokens. */
  session?: SessionRow;
  /**
   * Does what the route does, in one transaction with its entry in the audit log (the route's `audit` as action): when
   * either fails, neither happened. The only way to change anything.
   */
  mutate: <T>(
    entry: { target: string; detail?: Readonly<Record<string, unknown>> },
    work: (tables: Tables) => Promise<T>,
  ) => Promise<T>;
}

/** One route, declared once: the router, the check of permissions, the audit log and OpenAPI derive from it. */
export interface ApiRoute<
  P extends z.ZodObject | undefined = z.ZodObject | undefined,
  Q extends z.ZodObject | undefined = z.ZodObject | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Hono's pattern: `/api/v1/hosts/:name`. */
  path: string;
  /** `open`: for everybody; `authenticated`: for whoever is known, whatever he may do. */
  permission: Permission | 'open' | 'authenticated';
  tag: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** The JSON of a success; left out where there is none (204), or where it is not JSON (`produces`). */
  reply?: z.ZodType;
  /** The content type of a success that is not JSON. */
  produces?: string;
  /** 200, where a handler's Response does not say otherwise. */
  status?: 200 | 201 | 204;
  /** The action in the audit log; every route that changes something has one. */
  audit?: string;
  /** Changes something without `mutate`, and writes its entries in the audit log by itself: logging in and out. */
  auditsItself?: true;
  /** Only for principals that are not limited to hosts: what it shows or changes cannot be divided by hosts. */
  isFleetWide?: true;
  /** The most that a body may have; 1 MiB where it is left out. */
  bodyBytes?: number;
  /** A value is sent as JSON with `status`. Throws ApiProblem (api/problem.ts) for what the caller did wrong. */
  handle(call: ApiCall<P, Q, B>): Promise<unknown>;
}

/** Declares a route with the types of its parts. */
export function defineApiRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(route: ApiRoute<P, Q, B>): ApiRoute {
  return route;
}
