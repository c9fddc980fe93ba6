import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import { stacksSchema, stackStateSchema, type Stack } from '../../../protocol/api/stacks.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Fleet, StackView } from '../../fleet/fleet.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { pageOfRows } from '../page.ts';
import { scopeOf } from '../scope.ts';

export function createStackRoutes(fleet: Fleet): ApiRoute[] {
  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/stacks',
      permission: 'stacks.read',
      tag: 'stacks',
      summary: 'The stacks of the hosts that are not offline',
      query: z.strictObject({ ...pageQuery, host: nameSchema.optional(), state: stackStateSchema.optional() }),
      reply: stacksSchema,
      async handle({ query, principal }) {
        const stacks = fleet.stacks(await fleet.hosts(scopeOf(principal, query.host)));
        const wanted = stacks.filter(({ state }) => query.state === undefined || state === query.state);
        const { items, ...rest } = pageOfRows(wanted, query, { parts: 2, of: ({ host, name }) => [host, name] });
        return { items: items.map(toStack), ...rest };
      },
    }),
  ];
}

function toStack({ host, name, state, reasons, services }: StackView): Stack {
  return { host, name, state, reasons: [...reasons], services: services.map((service) => ({ ...service })) };
}
