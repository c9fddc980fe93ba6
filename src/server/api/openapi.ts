import { z } from 'zod';
import { buildInfo } from '../../base/build-info.ts';
import { problemSchema, problemType } from '../../protocol/api/problem.ts';
import type { ApiRoute } from './api-route.ts';

type Json = Record<string, unknown>;

/** Describes the API in OpenAPI 3.1, from the schemas that check it. */
export function createOpenApi(routes: readonly ApiRoute[]): object {
  const schemas = createSchemas();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, schemas.of);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tallyman',
      version: buildInfo.version,
      description:
        'Errors are problems of RFC 9457 with stable codes. Lists are pages: `next` of one is `cursor` of the one after.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of POST /api/v1/tokens, or of `tallyman token create`',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'tallyman_session',
          description:
            'Of POST /api/v1/session; over TLS `__Host-tallyman_session`. Calls that change something need X-CSRF-Token too.',
        },
      },
      responses: {
        Problem: {
          description: 'What went wrong, and what to do',
          content: { [problemType]: { schema: schemas.of(problemSchema, 'output') } },
        },
      },
      schemas: schemas.named,
    },
  };
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => Json;

function operation(route: ApiRoute, schemaOf: ToSchema): Json {
  const { permission } = route;
  const needs =
    permission === 'open' || permission === 'authenticated' ? [] : [`Needs the permission \`${permission}\`.`];
  const wide = route.isFleetWide === true ? ['Not for roles or tokens that are limited to hosts.'] : [];
  const description = [...needs, ...wide].join(' ');
  const names = route.path.split('/').filter((part) => part !== '' && part !== 'api' && part !== 'v1');
  return {
    operationId: [
      route.method.toLowerCase(),
      ...names.map((part) => part.replace(/\W+/g, '_').replace(/^_/, 'by_')),
    ].join('_'),
    tags: [route.tag],
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    security: permission === 'open' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...parametersOf(route.params, 'path', schemaOf), ...parametersOf(route.query, 'query', schemaOf)],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
        }),
    responses: { ...success(route, schemaOf), ...problems(route) },
  };
}

function success(route: ApiRoute, schemaOf: ToSchema): Json {
  const { reply, produces } = route;
  const content =
    produces === undefined
      ? reply && { 'application/json': { schema: schemaOf(reply, 'output') } }
      : { [produces]: { schema: { type: 'string' } } };
  const status = route.status ?? (content === undefined ? 204 : 200);
  return { [String(status)]: { description: route.summary, ...(content === undefined ? {} : { content }) } };
}

function problems(route: ApiRoute): Json {
  const isKnown = route.permission !== 'open';
  const statuses = [
    ...((route.params ?? route.query ?? route.body) ? ['400'] : []),
    ...(isKnown ? ['401'] : []),
    ...(isKnown && route.permission !== 'authenticated' ? ['403'] : []),
    'default',
  ];
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]));
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query', schemaOf: ToSchema): Json[] {
  if (schema === undefined) return [];
  const { required = [] } = schemaOf(schema, 'input') as { required?: readonly string[] };
  return Object.entries(schema.shape).map(([name, value]) => {
    const { description, ...rest } = schemaOf(value as z.ZodType, 'input');
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

/** Turns schemas into JSON Schema; those that have an id are described once, under that name. */
function createSchemas(): { of: ToSchema; named: Record<string, Json> } {
  const named: Record<string, Json> = {};
  const of: ToSchema = (schema, io) => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, {
      io,
      override: ({ jsonSchema }) => {
        // Later servers may say more.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    for (const [name, definition] of Object.entries($defs ?? {})) named[name] ??= relocate(definition) as Json;
    return relocate(rest) as Json;
  };
  return { of, named };
}

function relocate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) =>
    key === '$ref' && typeof inner === 'string'
      ? [key, inner.replace(/^#\/\$defs\//, '#/components/schemas/')]
      : [key, relocate(inner)],
  );
  return Object.fromEntries(entries) as unknown;
}
