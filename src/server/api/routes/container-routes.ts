import { z } from 'zod';
import { containersSchema, containerStateSchema, type Container } from '../../../protocol/api/containers.ts';
import { pageQuery } from '../../../protocol/api/page.ts';
import type { InventoryContainer } from '../../../protocol/frames.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { pageOfRows } from '../page.ts';
import { scopeOf } from '../scope.ts';

const filters = {
  host: nameSchema.optional(),
  state: containerStateSchema.optional(),
  project: z.string().max(512).optional(),
  name: z.string().max(512).optional(),
};

export function createContainerRoutes(fleet: Fleet): ApiRoute[] {
  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/containers',
      permission: 'containers.read',
      tag: 'containers',
      summary: 'The containers of the hosts that are not offline',
      query: z.strictObject({ ...pageQuery, ...filters }),
      reply: containersSchema,
      async handle({ query, principal }) {
        const hosts = await fleet.hosts(scopeOf(principal, query.host));
        const wanted = hosts.flatMap(({ name: host, containers = [] }) =>
          containers.filter((container) => isWanted(container, query)).map((container) => ({ host, container })),
        );
        const { items, ...rest } = pageOfRows(wanted, query, {
          parts: 3,
          of: ({ host, container }) => [host, container.name, container.id],
        });
        return { items: items.map(({ host, container }) => toContainer(host, container)), ...rest };
      },
    }),
  ];
}

function isWanted(
  container: InventoryContainer,
  wanted: { state?: string | undefined; project?: string | undefined; name?: string | undefined },
): boolean {
  const matches = (filter: string | undefined, value: string | null | undefined): boolean =>
    filter === undefined || filter === value;
  return (
    matches(wanted.state, container.state) &&
    matches(wanted.project, container.project) &&
    matches(wanted.name, container.name)
  );
}

function toContainer(host: string, container: InventoryContainer): Container {
  const { id, name, image, imageId, state, health, exitCode, project, service } = container;
  return {
    host,
    id,
    name,
    image,
    ...(imageId == null ? {} : { imageId }),
    state,
    health,
    ...(exitCode == null ? {} : { exitCode }),
    ...(project == null ? {} : { project }),
    ...(service == null ? {} : { service }),
  };
}
