import { get } from 'node:http';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startBackground } from '../../test/support/background-process.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { httpGet } from '../../test/support/http-get.ts';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { Figure } from '../figure.ts';
import type { BenchContext, Part } from '../part.ts';
import { anonymousBytes } from '../process-memory.ts';
import { median } from '../statistics.ts';

const imageCount = 5000;
const findingsEach = 300;
const pushesAtOnce = 4;
const environments = 10;
const program = join(import.meta.dirname, '../../bin/tallyman');

export const supplyChain: Part = {
  name: 'supply-chain',
  title: `An organisation with ${String(imageCount)} images of ${String(findingsEach)} vulnerabilities each`,
  requirements: [],
  measure,
};

async function* measure({ quick }: BenchContext): AsyncIterable<Figure> {
  const images = quick ? 500 : imageCount;
  await using resources = new AsyncDisposableStack();
  const folder = createTempFolder();
  resources.defer(() => folder.remove());
  const data = join(folder.path, 'data');
  const start = async (): Promise<Server> => startServer(data);
  let server = await start();
  resources.defer(async () => void (await server.stop()));
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(program, [...args, '--data', data])).stdout.trim();
  await run('org', 'create', 'bench', '--owner', 'admin');
  const push = `Bearer ${await run('token', 'create', 'push', '--role', 'operator')}`;
  const scrape = `Bearer ${await run('token', 'create', 'scrape', '--org', 'bench')}`;
  const api = (path: string): string => `${server.url}/api/v1/orgs/bench/${path}`;

  const from = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < images) {
      const number = (next += 1);
      const body = JSON.stringify(report(number));
      await send(api('reports'), push, body);
    }
  };
  await Promise.all(Array.from({ length: pushesAtOnce }, worker));
  const seconds = (performance.now() - from) / 1000;
  yield {
    what: 'one report taken in, over HTTP',
    value: (seconds * 1000) / images,
    unit: 'ms',
    detail: `${(images / seconds).toFixed(0)} a second, ${String(pushesAtOnce)} at once`,
  };
  for (let index = 0; index < environments; index += 1) {
    const refs = Array.from({ length: images / 10 }, (_, number) => referenceOf(number + 1));
    await send(api(`environments/environment-${String(index)}`), push, JSON.stringify({ images: refs }));
  }

  // A server that has not evaluated it yet: after its start, and without what the one before shared.
  const cold: number[] = [];
  const exporter = '/v1/exporter/org/bench/metrics';
  for (let time = 0; time < (quick ? 2 : 5); time += 1) {
    await server.stop();
    server = await startServer(data, { TALLYMAN_SCOUT_CACHE: '0' });
    cold.push(await timeOf(`${server.url}${exporter}`, scrape));
  }
  yield {
    what: 'scrape, evaluated',
    value: median(cold),
    unit: 'ms',
    atMost: 3000,
    detail: `most ${Math.max(...cold).toFixed(0)} ms`,
  };

  await server.stop();
  server = await start();
  await timeOf(`${server.url}${exporter}`, scrape);
  const warm: number[] = [];
  for (let time = 0; time < 20; time += 1) warm.push(await timeOf(`${server.url}${exporter}`, scrape));
  yield {
    what: 'scrape, from the cache',
    value: median(warm),
    unit: 'ms',
    atMost: 300,
    detail: `most ${Math.max(...warm).toFixed(0)} ms`,
  };
  yield { what: "the server's anonymous memory", value: anonymousBytes(server.pid) / 1e6, unit: 'MB', atMost: 512 };

  await server.stop();
  server = await startServer(data, { TALLYMAN_SCOUT_CACHE: '0' });
  const changed = performance.now();
  const own = JSON.stringify({ displayName: 'Own', expression: 'image.user == "app"' });
  await send(api('policies/own'), push, own, 'PUT');
  const evaluated = `scout_policy_evaluated_images{displayName="Own",id="own",streamName="latest-indexed"} ${String(images)}\n`;
  await waitFor(
    'every image to be evaluated',
    async () => {
      const { text } = await httpGet(`${server.url}${exporter}`, { headers: { authorization: scrape } });
      return text.includes(evaluated);
    },
    { withinMs: 600_000, everyMs: 500 },
  );
  yield {
    what: 'all images evaluated anew, in the background',
    value: performance.now() - changed,
    unit: 'ms',
    detail: `${String(images)} images, after a policy was added`,
  };
}

interface Server {
  url: string;
  pid: number;
  stop(): Promise<unknown>;
}

async function startServer(data: string, more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const [port, agentPort] = [await findFreePort(), await findFreePort()];
  const url = `http://127.0.0.1:${String(port)}`;
  const addresses = [`127.0.0.1:${String(port)}`, `127.0.0.1:${String(agentPort)}`] as const;
  const server = startBackground(
    program,
    ['server', '--listen', addresses[0], '--agent-listen', addresses[1], '--data', data],
    {
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'warn',
        TALLYMAN_ADMIN_PASSWORD: 'a password of the bench',
        ...more,
      },
    },
  );
  await waitFor('the server', async () => {
    if (!server.isRunning()) throw new Error(server.output());
    return (await httpGet(`${url}/ready`)).status === 200;
  });
  return { url, pid: server.pid, stop: () => server.stop() };
}

const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'];

function digestOf(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

function referenceOf(number: number): string {
  return `registry.example/app-${String(number)}@${digestOf(number)}`;
}

/** As Trivy writes it, of an image with packages that others have too. */
function report(number: number): object {
  return {
    SchemaVersion: 2,
    CreatedAt: new Date().toISOString(),
    ArtifactName: `registry.example/app-${String(number)}:1.${String(number)}`,
    ArtifactType: 'container_image',
    Metadata: {
      RepoDigests: [`registry.example/app-${String(number)}@${digestOf(number)}`],
      ImageConfig: { config: { User: number % 2 === 0 ? 'app' : '' } },
    },
    Results: [
      {
        Target: 'debian',
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: Array.from({ length: findingsEach }, (_, index) => ({
          VulnerabilityID: `CVE-2024-${String(10_000 + ((number * 7 + index) % 5000))}`,
          PkgName: `package-${String(index % 60)}`,
          InstalledVersion: `1.${String(index % 9)}.0-1`,
          ...(index % 3 === 0 ? { FixedVersion: `1.${String(index % 9)}.1-1` } : {}),
          Status: index % 3 === 0 ? 'fixed' : 'affected',
          Severity: severities[index % 5],
          Title: 'something that can be read where it should not be, in a function that many call',
          PrimaryURL: `https://avd.example/nvd/cve-2024-${String(10_000 + index)}`,
          PublishedDate: '2024-05-01T10:00:00Z',
        })),
      },
    ],
  };
}

async function send(url: string, authorization: string, body: string, method: 'POST' | 'PUT' = 'POST'): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${String(answer.status)} ${text}`);
}

/** One scrape on a connection of its own, as it comes. */
async function timeOf(url: string, authorization: string): Promise<number> {
  const from = performance.now();
  await new Promise<void>((resolve, reject) => {
    get(url, { agent: false, headers: { authorization, 'accept-encoding': 'gzip' } }, (answer) => {
      answer.resume().on('error', reject);
      answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(String(answer.statusCode)))));
    }).on('error', reject);
  });
  return performance.now() - from;
}
