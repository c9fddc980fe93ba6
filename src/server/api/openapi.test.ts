import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openApiBench, usualPassword, type ApiBench } from './test-kit/api-bench.ts';

interface Operation {
  operationId: string;
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>;
}
interface Description {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, object>;
    securitySchemes: Record<string, unknown>;
    responses: Record<string, unknown>;
  };
}

async function describe(bench: ApiBench): Promise<Description> {
  const { status, json } = await bench.call('GET', '/api/v1/openapi.json');
  expect(status).toBe(200);
  return json as unknown as Description;
}

/** Every value under a key, however deep. */
function valuesOf(key: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...valuesOf(key, inner)]);
}

test('every route is there, with its parameters, replies and problems', async () => {
  await using bench = await openApiBench();
  const { openapi, info, paths, components } = await describe(bench);
  expect(openapi).toMatch(/^3\.1\./);
  expect([info.title, info.version]).toEqual(['Tallyman', expect.stringMatching(/^\d/)]);
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = bench.api.routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual(declared.toSorted());
  expect(Object.keys(components.securitySchemes)).toEqual(['token', 'session']);

  for (const route of bench.api.routes) {
    const name = `${route.method} ${route.path}`;
    const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
    const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path') ?? [];
    expect(
      inPath.map((parameter) => [parameter.name, parameter.required]),
      name,
    ).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, parameter]) => [parameter, true]));
    expect(operation?.requestBody !== undefined, name).toBe(route.body !== undefined);
    expect(operation?.responses, name).toHaveProperty('default');
    expect(operation?.responses, name).toHaveProperty(String(route.status ?? 200));
    expect(operation?.security.length === 0, name).toBe(route.permission === 'open');
  }
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]\w*$/);
});

test('every reference leads somewhere, and every schema is one of the 2020-12 dialect', async () => {
  await using bench = await openApiBench();
  const description = await describe(bench);
  const references = valuesOf('$ref', description) as string[];
  expect(references.length).toBeGreaterThan(50);
  for (const reference of references) {
    const parts = reference.replace(/^#\//, '').split('/');
    const target = parts.reduce<unknown>(
      (value, part) => (value as Record<string, unknown> | undefined)?.[part],
      description,
    );
    expect(target, reference).toBeDefined();
  }
  const ajv = createAjv(description);
  const schemas = [
    ...valuesOf('schema', description.paths),
    ...Object.values(description.components.schemas),
  ] as object[];
  for (const schema of schemas) expect(() => ajv.compile(inside(schema)), JSON.stringify(schema)).not.toThrow();
});

test('what the API answers is as it is described', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'viewer');
  const token = await bench.token('admin');
  const description = await describe(bench);
  const ajv = createAjv(description);
  const calls: { method: string; path: string; pattern?: string; body?: unknown }[] = [
    { method: 'POST', path: '/hosts', body: { name: 'new', expires: '2h' } },
    { method: 'POST', path: '/hosts/new/join-token', pattern: '/hosts/:name/join-token', body: { expires: 60 } },
    { method: 'GET', path: '/hosts?limit=2', pattern: '/hosts' },
    { method: 'GET', path: '/hosts/alpha', pattern: '/hosts/:name' },
    { method: 'GET', path: '/stacks' },
    { method: 'GET', path: '/containers' },
    { method: 'POST', path: '/tokens', body: { name: 'new', role: 'viewer', hosts: ['alpha'], expires: 'never' } },
    { method: 'GET', path: '/tokens' },
    { method: 'GET', path: '/tokens/new', pattern: '/tokens/:name' },
    { method: 'POST', path: '/users', body: { name: 'new', role: 'viewer', password: 'long enough' } },
    { method: 'GET', path: '/users' },
    { method: 'PATCH', path: '/users/new', pattern: '/users/:name', body: { role: 'operator' } },
    { method: 'POST', path: '/roles', body: { name: 'new', permissions: ['hosts.read'] } },
    { method: 'GET', path: '/roles' },
    { method: 'GET', path: '/roles/admin', pattern: '/roles/:name' },
    { method: 'GET', path: '/audit?action=role.create', pattern: '/audit' },
    { method: 'GET', path: '/audit/verify' },
    { method: 'GET', path: '/session' },
    { method: 'POST', path: '/session', body: { name: 'ann', password: usualPassword } },
  ];
  for (const { method, path, pattern = path, body } of calls) {
    const name = `${method} ${path}`;
    const operation = description.paths[`/api/v1${pattern.replace(':name', '{name}')}`]?.[method.toLowerCase()];
    const asked = operation?.requestBody?.content['application/json']?.schema;
    if (asked !== undefined) expect(ajv.validate(inside(asked), body), name).toBe(true);
    const answer = await bench.call(method, `/api/v1${path}`, { token, ...(body === undefined ? {} : { body }) });
    expect(answer.status, answer.text).toBeLessThan(300);
    const told = operation?.responses[String(answer.status)]?.content?.['application/json']?.schema;
    expect(ajv.validate(inside(told ?? { not: {} }), answer.json), `${name}: ${ajv.errorsText()}`).toBe(true);
    // The command line reads answers by the same schemas: nothing may be said that is not declared.
    const route = bench.api.routes.find((one) => one.method === method && one.path === `/api/v1${pattern}`);
    expect(route?.reply?.parse(answer.json), name).toEqual(answer.json);
  }
  const problem = await bench.call('GET', '/api/v1/hosts/unknown', { token });
  expect(ajv.validate(inside({ $ref: '#/components/schemas/Problem' }), problem.json)).toBe(true);
});

const root = 'https://fleet.example/openapi';

function createAjv(description: Description): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, formats: { 'date-time': true } });
  ajv.addVocabulary(['openapi', 'info', 'paths', 'components', 'servers', 'tags']);
  ajv.addSchema({ $id: root, components: { schemas: description.components.schemas } });
  return ajv;
}

/** A schema of the description on its own: its references go to the whole. */
function inside(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', `"${root}#/components`)) as object;
}
