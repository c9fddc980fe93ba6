import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import {
  environmentSchema,
  environmentsSchema,
  newEnvironmentImagesSchema,
  ruleSchema,
} from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import { parseImageReference, repositoryOf } from '../../../supply-chain/image-reference.ts';
import { environmentNameSchema } from '../../../supply-chain/streams/environment-name.ts';
import { latestIndexed } from '../../../supply-chain/streams/streams.ts';
import type { Store, Tables } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { pageOfRows } from '../../api/page.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { findImage, requireImage } from '../images/find-image.ts';
import { newImage } from '../images/ingest.ts';
import { readStreams } from '../images/org-streams.ts';
import { addName, readFacts, writeFacts } from '../images/stored-facts.ts';
import { requireOrg } from '../orgs.ts';
import { told } from '../told.ts';

type Environment = z.infer<typeof environmentSchema>;

const common = { tag: 'supply chain', isFleetWide: true } as const;
const params = z.object({ org: nameSchema, name: environmentNameSchema });

/** Of one organisation: each is looked at for every container, at every scrape. */
const rulesAtMost = 1000;
const labelNameAtMost = 256;

export interface EnvironmentRouteOptions {
  store: Store;
  fleet: Fleet;
  /** Whether agents are asked for labels. */
  hasLabels: boolean;
}

export function createEnvironmentRoutes({ store, fleet, hasLabels }: EnvironmentRouteOptions): ApiRoute[] {
  const read = async (org: string): Promise<readonly Environment[]> => {
    const { streams, images } = await readStreams(store, fleet, org);
    const recorded = new Set((await store.environments.all(org)).map(({ name, digest }) => `${name} ${digest}`));
    const rules = Map.groupBy(await store.automaticEnvironments.all(org), ({ name }) => name);
    const members = new Map(
      streams.filter(({ name }) => name !== latestIndexed).map(({ name, images }) => [name, images]),
    );
    // One whose rules cover nothing now is no stream, but is shown with its rules.
    const names = new Set([...members.keys(), ...rules.keys()]);
    return [...names].map((name) => ({
      name,
      images: (members.get(name) ?? []).map((digest) => ({
        digest,
        repository: images.get(digest)?.repository ?? '',
        recorded: recorded.has(`${name} ${digest}`),
      })),
      rules: (rules.get(name) ?? []).map(({ kind, value }) => ({ kind, value })),
    }));
  };

  return [
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs/:org/environments',
      permission: 'images.read',
      summary: 'The environments, with the images in them now and their rules',
      params: z.object({ org: nameSchema }),
      query: z.strictObject(pageQuery),
      reply: environmentsSchema,
      async handle({ params: { org }, query }) {
        await requireOrg(store, org);
        return pageOfRows(await read(org), query, { parts: 1, of: ({ name }) => [name] as const });
      },
    }),
    defineApiRoute({
      ...common,
      method: 'POST',
      path: '/api/v1/orgs/:org/environments/:name',
      permission: 'images.write',
      summary: 'Record images in an environment, which is there as long as it has one',
      params,
      body: newEnvironmentImagesSchema,
      reply: environmentSchema,
      audit: 'environment.record',
      async handle({ params: { org, name }, body: { images }, mutate }) {
        const now = await store.now();
        await told(() =>
          mutate({ target: `environment:${name}`, detail: { org, images: images.slice(0, 100) } }, async (tables) => {
            await requireOrg(tables, org);
            for (const ref of new Set(images))
              await tables.environments.record(org, name, await recordable(tables, org, ref, now));
          }),
        );
        return (await read(org)).find((one) => one.name === name) ?? { name, images: [], rules: [] };
      },
    }),
    defineApiRoute({
      ...common,
      method: 'DELETE',
      path: '/api/v1/orgs/:org/environments/:name',
      permission: 'images.write',
      summary: 'Take an image out of an environment in which it was recorded',
      params,
      query: z.strictObject({ ref: z.string().min(1).max(1024) }),
      status: 204,
      audit: 'environment.remove',
      async handle({ params: { org, name }, query: { ref }, mutate }) {
        await requireOrg(store, org);
        const { digest } = await told(() => requireImage(store, org, ref));
        await mutate({ target: `environment:${name}`, detail: { org, image: ref } }, async (tables) => {
          if (await tables.environments.remove(org, name, digest)) return;
          throw new ApiProblem(404, 'ENVIRONMENT_NOT_RECORDED', `${ref} is not recorded in ${name}: nothing to remove`);
        });
      },
    }),
    defineApiRoute({
      ...common,
      method: 'POST',
      path: '/api/v1/orgs/:org/environments/:name/rules',
      permission: 'images.write',
      summary: 'Put what runs on a host, in a stack or with a label into an environment, as long as it runs',
      params,
      body: ruleSchema,
      reply: ruleSchema,
      status: 201,
      audit: 'environment.rule',
      async handle({ params: { org, name }, body: rule, mutate }) {
        requireRule(rule);
        if (rule.kind === 'label' && !hasLabels)
          throw new ApiProblem(
            409,
            'ENVIRONMENT_LABELS',
            'agents do not tell the labels of containers to this server: use a host or a stack',
          );
        await mutate({ target: `environment:${name}`, detail: { org, ...rule } }, async (tables) => {
          await requireOrg(tables, org);
          if ((await tables.automaticEnvironments.all(org)).length >= rulesAtMost)
            throw new ApiProblem(
              409,
              'ENVIRONMENT_RULES',
              `there are ${String(rulesAtMost)} rules already: remove some`,
            );
          await tables.automaticEnvironments.create({ org, name, ...rule });
        });
        return rule;
      },
    }),
    defineApiRoute({
      ...common,
      method: 'DELETE',
      path: '/api/v1/orgs/:org/environments/:name/rules',
      permission: 'images.write',
      summary: 'Take a rule back',
      params,
      query: ruleSchema,
      status: 204,
      audit: 'environment.unrule',
      async handle({ params: { org, name }, query: rule, mutate }) {
        requireRule(rule);
        await requireOrg(store, org);
        await mutate({ target: `environment:${name}`, detail: { org, ...rule } }, async (tables) => {
          if (await tables.automaticEnvironments.remove({ org, name, ...rule })) return;
          throw new ApiProblem(404, 'ENVIRONMENT_RULE_UNKNOWN', `${name} has no such rule: look at the list`);
        });
      },
    }),
  ];
}

function requireRule({ kind, value }: z.infer<typeof ruleSchema>): void {
  if (/\p{Cc}/u.test(value)) throw new ApiProblem(400, 'ENVIRONMENT_RULE', 'it has characters that cannot be seen');
  if (kind !== 'label') return;
  const name = /^([^=]+)=/.exec(value)?.[1] ?? '';
  if (name === '' || name.length > labelNameAtMost)
    throw new ApiProblem(
      400,
      'ENVIRONMENT_RULE',
      `write a label as KEY=VALUE, KEY of ${String(labelNameAtMost)} at most`,
    );
}

/** The image's digest. One that is named by its digest may be recorded before its first report comes. */
async function recordable(tables: Tables, org: string, ref: string, now: number): Promise<string> {
  const known = await findImage(tables, org, ref);
  if (known !== undefined) return known.digest;
  const reference = /^\w+:[a-f\d]{64}$/.test(ref) ? undefined : parseImageReference(ref);
  if (reference?.digest === undefined) return (await requireImage(tables, org, ref)).digest;
  const facts = addName(readFacts({ facts: '' }), reference, undefined);
  const row = newImage(org, reference.digest, repositoryOf(reference), now);
  // The leader evaluates it: what its policies lack is told then.
  await tables.images.put({ ...row, facts: writeFacts(facts), nextChangeAt: now });
  return reference.digest;
}
