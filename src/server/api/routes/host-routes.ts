import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  hostSchema,
  hostsSchema,
  joinSchema,
  joinTokenLife,
  newHostSchema,
  newJoinTokenSchema,
  type Host,
  type Join,
} from '../../../protocol/api/hosts.ts';
import { pageQuery } from '../../../protocol/api/page.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Store } from '../../../store/store.ts';
import { createSecret, joinTokenPrefix, sha256 } from '../../auth/secret.ts';
import type { Fleet, HostView } from '../../fleet/fleet.ts';
import { seesHost } from '../../principal.ts';
import type { ServerCounters } from '../../server-counters.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { pageOfRows } from '../page.ts';
import { ApiProblem } from '../problem.ts';
import { timeField, timeText } from '../time-text.ts';

/** What an agent has to be told so that it finds its server and knows it. */
export interface JoinFacts {
  /** The agents' addresses (`https://...`), as configured; empty where the server knows none. */
  agentUrls(): Promise<readonly string[]>;
  /** `sha256:` and 64 hexadecimal digits. */
  caFingerprint(): Promise<string>;
}

export interface HostRouteOptions {
  store: Store;
  fleet: Fleet;
  counters: ServerCounters;
  join: JoinFacts;
  cutHost: (hostId: string) => void;
}

const tag = 'hosts';
const params = z.object({ name: nameSchema });

export function createHostRoutes({ store, fleet, counters, join, cutHost }: HostRouteOptions): ApiRoute[] {
  /** A token for a host to join with, and the line that uses it; stored by the caller. */
  async function prepareJoin(
    host: { id: string; name: string; agentUrls: readonly string[] },
    expiresMs: number = joinTokenLife.usualMs,
  ): Promise<{ reply: Join; row: { hash: string; hostId: string; expiresAt: number } }> {
    const agentUrls = host.agentUrls.length > 0 ? [...host.agentUrls] : [...(await join.agentUrls())];
    if (agentUrls.length === 0)
      throw new ApiProblem(
        409,
        'AGENT_URL_UNKNOWN',
        'the server does not know at which address agents reach it: name it in agentUrl',
      );
    const caFingerprint = await join.caFingerprint();
    const joinToken = createSecret(joinTokenPrefix);
    const expiresAt = (await store.now()) + expiresMs;
    const command = `tallyman agent --server ${agentUrls.join(',')} --token ${joinToken} --ca-fingerprint ${caFingerprint}`;
    return {
      reply: {
        id: host.id,
        name: host.name,
        joinToken,
        expiresAt: timeText(expiresAt),
        agentUrls,
        caFingerprint,
        command,
      },
      row: { hash: sha256(joinToken), hostId: host.id, expiresAt },
    };
  }

  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/hosts',
      permission: 'hosts.read',
      tag,
      summary: 'The hosts, as they are right now',
      query: z.strictObject({ ...pageQuery, status: hostSchema.shape.status.optional() }),
      reply: hostsSchema,
      async handle({ query, principal }) {
        const views = await fleet.hosts(principal.hosts);
        const wanted = views.filter(({ status }) => query.status === undefined || status === query.status);
        const { items, ...rest } = pageOfRows(wanted, query, { parts: 1, of: ({ name }) => [name] });
        return { items: items.map(toHost), ...rest };
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/hosts/:name',
      permission: 'hosts.read',
      tag,
      summary: 'One host, as it is right now',
      params,
      reply: hostSchema,
      async handle({ params: { name }, principal }) {
        if (!seesHost(principal, name)) throw unknownHost(name);
        const view = (await fleet.hosts(new Set([name]))).find((host) => host.name === name);
        if (view === undefined) throw unknownHost(name);
        return toHost(view);
      },
    }),
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/hosts',
      permission: 'hosts.write',
      isFleetWide: true,
      tag,
      summary: 'Add a host: gives the command with which its agent joins',
      body: newHostSchema,
      reply: joinSchema,
      status: 201,
      audit: 'host.create',
      async handle({ body, mutate }) {
        const host = { id: randomUUID(), name: body.name, agentUrls: body.agentUrl ?? [] };
        const { reply, row } = await prepareJoin(host, body.expires);
        const detail = { id: host.id, agentUrls: reply.agentUrls, joinTokenExpiresAt: reply.expiresAt };
        await mutate({ target: `host:${host.name}`, detail }, async ({ hosts, joinTokens }) => {
          if (!(await hosts.create({ id: host.id, name: host.name, agentUrl: host.agentUrls.join(',') })))
            throw new ApiProblem(
              409,
              'HOST_EXISTS',
              `there is a host ${host.name} already: choose another name, or give it a new join token`,
            );
          await joinTokens.create(row);
        });
        return reply;
      },
    }),
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/hosts/:name/join-token',
      permission: 'hosts.write',
      tag,
      summary: 'A new join token for a host that has to join again; the one before ends',
      params,
      body: newJoinTokenSchema,
      reply: joinSchema,
      status: 201,
      audit: 'host.join-token',
      async handle({ params: { name }, body, principal, mutate }) {
        const host = seesHost(principal, name) ? await store.hosts.get(name) : undefined;
        if (host === undefined) throw unknownHost(name);
        const agentUrls = host.agentUrl === '' ? [] : host.agentUrl.split(',');
        const { reply, row } = await prepareJoin({ id: host.id, name, agentUrls }, body.expires);
        const detail = { id: host.id, joinTokenExpiresAt: reply.expiresAt };
        await mutate({ target: `host:${name}`, detail }, async ({ hosts, joinTokens }) => {
          if ((await hosts.get(name))?.id !== host.id) throw unknownHost(name);
          await joinTokens.create(row);
        });
        return reply;
      },
    }),
    defineApiRoute({
      method: 'DELETE',
      path: '/api/v1/hosts/:name',
      permission: 'hosts.write',
      tag,
      summary: 'Remove a host: its certificates are revoked and its connection ends',
      params,
      status: 204,
      audit: 'host.remove',
      async handle({ params: { name }, principal, mutate }) {
        if (!seesHost(principal, name)) throw unknownHost(name);
        const id = await mutate({ target: `host:${name}` }, async ({ hosts, certificates }) => {
          const host = await hosts.get(name);
          if (host === undefined) throw unknownHost(name);
          await certificates.revokeOfHost(host.id);
          await hosts.remove(name);
          return host.id;
        });
        cutHost(id);
        counters.forgetHost(name);
      },
    }),
  ];
}

export function unknownHost(name: string): ApiProblem {
  return new ApiProblem(404, 'HOST_UNKNOWN', `there is no host ${name}`);
}

function toHost(view: HostView): Host {
  const { lastSeenSeconds, engineVersion, clockSkewSeconds, exporter, containers } = view;
  return {
    id: view.id,
    name: view.name,
    status: view.status,
    reasons: view.reasons.map(({ code, text }) => ({ code, text })),
    ...(lastSeenSeconds === undefined ? {} : { lastSeenSeconds }),
    joined: view.joined,
    createdAt: timeText(view.createdAt),
    ...(view.agentVersion === '' ? {} : { agentVersion: view.agentVersion }),
    ...(engineVersion === undefined ? {} : { engineVersion }),
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
    ...timeField('certificateExpiresAt', view.certificateNotAfter),
    ...(exporter === undefined ? {} : { exporter: { ...exporter } }),
    ...(containers === undefined ? {} : { containers: containers.length }),
  };
}
