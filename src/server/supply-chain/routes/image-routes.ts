import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import { imageSchema, imagesSchema } from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { decodeCursor, encodeCursor } from '../../api/cursor.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { requireImage } from '../images/find-image.ts';
import { readStreams } from '../images/org-streams.ts';
import type { Revaluator } from '../images/revaluator.ts';
import { requireOrg } from '../orgs.ts';
import { told } from '../told.ts';
import { createImagePlaces, toImageReply, toImageSummary } from './replies.ts';

const common = { tag: 'supply chain', isFleetWide: true } as const;
const params = z.object({ org: nameSchema });
const ref = z.string().min(1).max(1024).meta({ description: 'A name with a tag or digest, or a digest' });
const findingsAtMost = 10_000;

export interface ImageRouteOptions {
  store: Store;
  fleet: Fleet;
  revaluator: Revaluator;
}

export function createImageRoutes({ store, fleet, revaluator }: ImageRouteOptions): ApiRoute[] {
  return [
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs/:org/images',
      permission: 'images.read',
      summary: 'The images of an organisation, with their figures and streams',
      params,
      query: z.strictObject(pageQuery),
      reply: imagesSchema,
      async handle({ params: { org }, query: { limit, cursor } }) {
        await requireOrg(store, org);
        const after = decodeCursor(cursor, 1)?.[0];
        const rows = await store.images.list(org, { limit: limit + 1, after });
        const page = rows.slice(0, limit);
        const places = createImagePlaces(await readStreams(store, fleet, org));
        const last = page.at(-1);
        return {
          items: page.map((row) => toImageSummary(row, places)),
          ...(last !== undefined && rows.length > limit ? { next: encodeCursor([last.digest]) } : {}),
        };
      },
    }),
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs/:org/image',
      permission: 'images.read',
      summary: 'One image: figures, findings, policies with their reasons, what to upgrade',
      params,
      query: z.strictObject({
        ref,
        findings: z.coerce.number('use a whole number').int().min(0).max(findingsAtMost).default(1000),
      }),
      reply: imageSchema,
      async handle({ params: { org }, query }) {
        await requireOrg(store, org);
        const row = await told(() => requireImage(store, org, query.ref));
        const evaluated = await revaluator.evaluate(store, row, await store.now());
        const places = createImagePlaces(await readStreams(store, fleet, org));
        return toImageReply(evaluated, places, query.findings);
      },
    }),
    defineApiRoute({
      ...common,
      method: 'DELETE',
      path: '/api/v1/orgs/:org/image',
      permission: 'images.write',
      summary: 'Forget an image, with its reports, tags and places in environments',
      params,
      query: z.strictObject({ ref }),
      status: 204,
      audit: 'image.remove',
      async handle({ params: { org }, query: { ref: image }, mutate }) {
        await requireOrg(store, org);
        const { digest, repository } = await told(() => requireImage(store, org, image));
        await mutate({ target: `image:${repository}@${digest}`, detail: { org } }, (tables) =>
          tables.images.remove(org, digest),
        );
      },
    }),
  ];
}
