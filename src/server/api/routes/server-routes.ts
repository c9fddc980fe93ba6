import { z } from 'zod';
import { within } from '../../../base/within.ts';
import type { Store } from '../../../store/store.ts';
import { ApiProblem } from '../problem.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { lineStream } from '../line-stream.ts';
import { linesType } from './audit-routes.ts';

const tag = 'server';
const plain = 'text/plain; charset=utf-8';

/** `openApi` describes all routes of the app, these too. */
export function createServerRoutes(options: { store: Store; openApi: () => object }): ApiRoute[] {
  const { store, openApi } = options;
  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/server/backup',
      permission: 'server.backup',
      isFleetWide: true,
      tag,
      summary: 'Everything in the database at one moment, as lines of JSON',
      produces: linesType,
      audit: 'server.backup',
      async handle({ mutate }) {
        await mutate({ target: 'server' }, () => Promise.resolve());
        return new Response(lineStream(store.dump()), { headers: { 'Content-Type': linesType } });
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/openapi.json',
      permission: 'open',
      tag,
      summary: 'This description',
      reply: z.looseObject({ openapi: z.string() }),
      handle: () => Promise.resolve(openApi()),
    }),
    defineApiRoute({
      method: 'GET',
      path: '/health',
      permission: 'open',
      tag,
      summary: 'Whether the server runs',
      produces: plain,
      handle: () => Promise.resolve('ok\n'),
    }),
    defineApiRoute({
      method: 'GET',
      path: '/ready',
      permission: 'open',
      tag,
      summary: 'Whether the server can answer: its database does',
      produces: plain,
      async handle() {
        await within(
          store.now(),
          readyMs,
          () => new ApiProblem(503, 'DATABASE_UNAVAILABLE', `the database has not answered for ${readyMs / 1000} s`),
        );
        return 'ready\n';
      },
    }),
  ];
}

/** A database that hangs is not ready; whoever asks does not wait for it. */
const readyMs = 3000;
