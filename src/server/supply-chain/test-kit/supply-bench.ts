import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempFolder } from '../../../../test/support/temp-folder.ts';
import { silentLog, type Log } from '../../../base/log.ts';
import type { InventoryContainer } from '../../../protocol/frames.ts';
import { permissions } from '../../../protocol/permissions.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { createApi, type Api } from '../../api/create-api.ts';
import { fleetDouble, hostView } from '../../api/test-kit/fleet-double.ts';
import { createPasswords } from '../../auth/passwords.ts';
import { createSecret, sha256, tokenPrefix } from '../../auth/secret.ts';
import type { Fleet, HostView } from '../../fleet/fleet.ts';
import type { Principal } from '../../principal.ts';
import { defaultSupplyChainConfig, type SupplyChainConfig } from '../config.ts';
import { createSupplyChain, type SupplyChain } from '../create-supply-chain.ts';

/** Real reports, which are not part of the project. */
const reports = join(import.meta.dirname, '../../../../../shared/fixtures/reports');
export const hasReports = existsSync(reports);
if (!hasReports) process.stderr.write(`skipped, missing: the recorded reports (${reports})\n`);

export function fixture(name: string): Buffer {
  return readFileSync(join(reports, name));
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

export interface CallOptions {
  token?: string;
  principal?: Principal;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The supply chain behind the real API, over a real SQLite store whose clock stands until it is moved. */
export interface SupplyBench extends AsyncDisposable {
  store: Store;
  folder: string;
  supply: SupplyChain;
  api: Api;
  /** What runs on which host. */
  run(containers: Readonly<Record<string, readonly Partial<InventoryContainer>[]>>): void;
  advance(ms: number): void;
  now(): number;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Pushes a report as an administrator. */
  push(report: unknown, query?: Readonly<Record<string, string>>, org?: string): Promise<Answer>;
  /** An organisation with `ann` as its owner, and her token. */
  addOrg(name: string): Promise<string>;
  token(role: string): Promise<string>;
  scrape(token: string, org?: string, headers?: Record<string, string>): Promise<Answer>;
  /** Stops everything and starts it again on the same state, as after a kill. */
  restart(): Promise<void>;
}

export interface SupplyBenchOptions {
  config?: Partial<SupplyChainConfig>;
  wrap?: (store: Store) => Store;
  inBackground?: boolean;
  hasLabels?: boolean;
  /** PostgreSQL's URL; SQLite without it. */
  database?: string;
  log?: Log;
}

const everything: Principal = { kind: 'token', name: 'all', permissions: new Set(permissions), hosts: undefined };

export async function openSupplyBench(options: SupplyBenchOptions = {}): Promise<SupplyBench> {
  const { config = {}, wrap = (store) => store, log = silentLog(), database = '' } = options;
  const folder = createTempFolder();
  let now = 1_800_000_000_000;
  const clock = { now: () => now, monotonic: () => performance.now() };
  let hosts: readonly HostView[] = [];
  const fleet: Fleet = { ...fleetDouble([]), hosts: () => Promise.resolve(hosts) };
  let made = 0;

  const open = async () => {
    const data = join(folder.path, 'data');
    const real = await openStore({ data, database, role: 'server', secret: undefined, log, clock });
    const store = wrap(real);
    const supply = createSupplyChain({
      store,
      fleet,
      config: { ...defaultSupplyChainConfig, ...config },
      clock,
      log,
      folderEveryMs: 20,
      ...(options.inBackground === undefined ? {} : { inBackground: options.inBackground }),
      hasLabels: options.hasLabels ?? false,
    });
    const nothing = (): void => undefined;
    const api = createApi({
      store,
      fleet,
      counters: {
        ...{ apiRequest: nothing, forgetHost: nothing, roundTrip: nothing },
        ...{ samplesReceived: nothing, samplesDropped: nothing, refused: nothing },
      },
      routes: supply.routes,
      join: { agentUrls: () => Promise.resolve([]), caFingerprint: () => Promise.resolve('') },
      isMetricsPublic: false,
      cutHost: nothing,
      clock,
      log,
      passwords: createPasswords({ n: 16, r: 1, p: 1 }),
    });
    return { store: real, supply, api };
  };
  const close = async (): Promise<void> => {
    await bench.supply.stop();
    await bench.store.close();
  };

  const bench: SupplyBench = {
    ...(await open()),
    folder: folder.path,
    run(containers) {
      hosts = Object.entries(containers).map(([name, list]) =>
        hostView(name, {
          containers: list.map((container, index) => ({
            ...{ id: `${name}-${String(index)}`, name: `c-${String(index)}`, image: 'app', health: 'none' as const },
            state: 'running' as const,
            ...container,
          })),
        }),
      );
    },
    advance: (ms) => void (now += ms),
    now: () => now,
    async call(method, path, { token, principal, body, headers } = {}) {
      const isRaw = body instanceof Uint8Array || body instanceof ReadableStream;
      const request = new Request(`http://fleet.example${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isRaw ? (body as ReadableStream) : JSON.stringify(body) }),
        ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
      });
      const context = { remoteAddress: '10.0.0.1', isTls: false, ...(principal === undefined ? {} : { principal }) };
      const response = await bench.api.fetch(request, context);
      const text = await response.text();
      const isJson = (response.headers.get('content-type') ?? '').endsWith('json') && text !== '';
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    push(report, query = {}, org = 'acme') {
      const bytes = report instanceof Uint8Array ? report : Buffer.from(JSON.stringify(report));
      const path = `/api/v1/orgs/${org}/reports?${String(new URLSearchParams(query))}`;
      return bench.call('POST', path, { principal: everything, body: bytes });
    },
    async addOrg(name) {
      if ((await bench.store.users.get('ann')) === undefined)
        await bench.store.users.create({ name: 'ann', role: 'viewer', passwordHash: '' });
      const made = await bench.call('POST', '/api/v1/orgs', { principal: everything, body: { name, owner: 'ann' } });
      const body = { name: `of-${name}` };
      const token = await bench.call('POST', `/api/v1/orgs/${name}/tokens`, { principal: everything, body });
      if (made.status !== 201 || token.status !== 201) throw new Error(`${made.text} ${token.text}`);
      return String(token.json.token);
    },
    async token(role) {
      const token = createSecret(tokenPrefix);
      made += 1;
      const row = { name: `made-${String(made)}`, hash: sha256(token), kind: 'api', role, hosts: undefined, scope: '' };
      await bench.store.tokens.create({ ...row, createdBy: 'test', expiresAt: undefined });
      return token;
    },
    scrape: (token, org = 'acme', headers = {}) =>
      bench.call('GET', `/v1/exporter/org/${org}/metrics`, { token, headers }),
    async restart() {
      await close();
      Object.assign(bench, await open());
    },
    async [Symbol.asyncDispose]() {
      await close();
      folder.remove();
    },
  };
  return bench;
}

export const admin = { principal: everything } as const;

export interface ReportedFinding {
  id: string;
  package?: string;
  version?: string;
  severity?: string;
  fixed?: string;
}

/** A report in Trivy's format, of this image and with these findings. */
export function trivyReport(
  name: string,
  findings: readonly ReportedFinding[],
  more: { digest?: string; user?: string; labels?: Record<string, string>; createdAt?: string } = {},
): object {
  const { digest, user, labels, createdAt = '2026-11-01T00:00:00Z' } = more;
  const repository = name.replace(/[:@][^/]*$/, '');
  return {
    SchemaVersion: 2,
    CreatedAt: createdAt,
    ArtifactName: name,
    ArtifactType: 'container_image',
    Metadata: {
      ...(digest === undefined ? {} : { RepoDigests: [`${repository}@${digest}`] }),
      ImageConfig: { config: { User: user, Labels: labels } },
    },
    Results: [
      {
        Target: 'os',
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: findings.map(({ id, package: of = 'openssl', version = '1.0', severity = 'HIGH', fixed }) => ({
          VulnerabilityID: id,
          PkgName: of,
          InstalledVersion: version,
          Severity: severity,
          ...(fixed === undefined ? {} : { FixedVersion: fixed }),
        })),
      },
    ],
  };
}

export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

/** The samples of an exposition: `name{labels}` with their values. */
export function samplesOf(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

export function vulnerabilities(text: string, stream: string): Record<string, number> {
  const samples = samplesOf(text);
  return Object.fromEntries(
    ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNSPECIFIED'].flatMap((severity) => {
      const value = samples[`scout_stream_vulnerabilities{severity="${severity}",streamName="${stream}"}`];
      return value === undefined ? [] : [[severity, value]];
    }),
  );
}
