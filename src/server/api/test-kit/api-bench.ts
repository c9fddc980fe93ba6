import { silentLog, type Log } from '../../../base/log.ts';
import { systemClock } from '../../../base/clock.ts';
import type { Permission } from '../../../protocol/permissions.ts';
import { openStore } from '../../../store/open-store.ts';
import type { AuditEntry, Store } from '../../../store/store.ts';
import { createTempFolder } from '../../../../test/support/temp-folder.ts';
import { createPasswords } from '../../auth/passwords.ts';
import { createSecret, sha256, tokenPrefix } from '../../auth/secret.ts';
import type { Principal } from '../../principal.ts';
import type { ServerCounters } from '../../server-counters.ts';
import type { ApiRoute } from '../api-route.ts';
import { createApi, type Api, type ApiOptions } from '../create-api.ts';
import { fleetDouble, hostView } from './fleet-double.ts';

export const fingerprint = `sha256:${'ab'.repeat(32)}`;

/** As good as any, and made a hundred at a time. */
export const cheapPasswords = () => createPasswords({ n: 16, r: 1, p: 1 });

export interface CallOptions {
  token?: string;
  principal?: Principal;
  body?: unknown;
  headers?: Record<string, string>;
  address?: string;
  isTls?: boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; an empty object where it is none. */
  json: Record<string, unknown>;
}

/** The API over a real SQLite store, with all that it counts and cuts written down. */
export interface ApiBench extends AsyncDisposable {
  store: Store;
  /** Where the store is. */
  folder: string;
  api: Api;
  counted: string[];
  cut: string[];
  forgotten: string[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A token with this role. */
  token(role: string, hosts?: readonly string[]): Promise<string>;
  /** A token with a role of its own that has just these permissions. */
  tokenFor(permissions: readonly Permission[], hosts?: readonly string[]): Promise<string>;
  addUser(name: string, role: string, password?: string): Promise<void>;
  /** Logs in; what to send with each call of the session. */
  login(name: string, password?: string, options?: CallOptions): Promise<{ cookie: string; 'x-csrf-token': string }>;
  entries(): Promise<readonly AuditEntry[]>;
}

export interface BenchOptions {
  routes?: readonly ApiRoute[];
  isMetricsPublic?: boolean;
  /** Puts something between the API and its store. */
  wrap?: (store: Store) => Store;
  join?: ApiOptions['join'];
  log?: Log;
}

export const usualPassword = 'correct horse';

export async function openApiBench(options: BenchOptions = {}): Promise<ApiBench> {
  const folder = createTempFolder();
  const store = await openStore({
    data: folder.path,
    database: '',
    role: 'server',
    secret: undefined,
    log: silentLog(),
  });
  const [counted, cut, forgotten]: [string[], string[], string[]] = [[], [], []];
  const passwords = cheapPasswords();
  const api = createApi({
    store: options.wrap?.(store) ?? store,
    fleet: fleetDouble(['alpha', 'beta', 'gamma'].map((name) => hostView(name))),
    counters: recordCounters(counted, forgotten),
    routes: options.routes ?? [],
    join: options.join ?? {
      agentUrls: () => Promise.resolve(['https://fleet.example:8443']),
      caFingerprint: () => Promise.resolve(fingerprint),
    },
    isMetricsPublic: options.isMetricsPublic ?? false,
    cutHost: (id) => void cut.push(id),
    clock: systemClock,
    log: options.log ?? silentLog(),
    passwords,
  });
  for (const name of ['alpha', 'beta', 'gamma']) await store.hosts.create({ id: `id-of-${name}`, name, agentUrl: '' });
  let made = 0;

  const bench: ApiBench = {
    store,
    folder: folder.path,
    api,
    counted,
    cut,
    forgotten,
    async call(method, path, { token, principal, body, headers, address = '10.1.2.3', isTls = false } = {}) {
      const request = new Request(`http://fleet.example${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const context = { remoteAddress: address, isTls, ...(principal === undefined ? {} : { principal }) };
      const response = await api.fetch(request, context);
      const text = await response.text();
      const isJson = (response.headers.get('content-type') ?? '').endsWith('json') && text !== '';
      const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
      return { status: response.status, headers: response.headers, text, json };
    },
    async token(role, hosts) {
      const token = createSecret(tokenPrefix);
      made += 1;
      const row = { name: `made-${String(made)}`, hash: sha256(token), kind: 'api', role, hosts, scope: '' };
      await store.tokens.create({ ...row, createdBy: 'test', expiresAt: undefined });
      return token;
    },
    async tokenFor(permissions, hosts) {
      made += 1;
      const role = `bench-role-${String(made)}`;
      await store.roles.create({ name: role, permissions, hosts: undefined });
      return bench.token(role, hosts);
    },
    async addUser(name, role, password = usualPassword) {
      await store.users.create({ name, role, passwordHash: await passwords.hash(password) });
    },
    async login(name, password = usualPassword, more = {}) {
      const answer = await bench.call('POST', '/api/v1/session', { ...more, body: { name, password } });
      if (answer.status !== 201) throw new Error(`no login: ${answer.text}`);
      const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      return { cookie, 'x-csrf-token': String(answer.json.csrf) };
    },
    entries: () => store.audit.list({ limit: 500 }),
    async [Symbol.asyncDispose]() {
      await store.close();
      folder.remove();
    },
  };
  return bench;
}

function recordCounters(counted: string[], forgotten: string[]): ServerCounters {
  const nothing = (): void => undefined;
  return {
    apiRequest: (method, path, status) => void counted.push(`${method} ${path} ${String(status)}`),
    forgetHost: (host) => void forgotten.push(host),
    roundTrip: nothing,
    samplesReceived: nothing,
    samplesDropped: nothing,
    refused: nothing,
  };
}
