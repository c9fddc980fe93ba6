import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forbid, type FakeEngine } from '../../support/fake-engine.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createTempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { answers, ask } from '../ask.ts';
import { countInFlight, parseText, startRecordedEngine } from '../engines.ts';
import { startProgram } from '../program-run.ts';
import { proves, provesByFile } from './proof.ts';

/** What one source sets, and what shows that it counts. */
interface Layer {
  engine: FakeEngine;
  /** A loopback address other than the usual one. */
  address: string;
  port: number;
  metricsPath: string;
  apiVersion: string;
  maxConcurrent: number;
  /** A web configuration file that sets the header X-XSS-Protection to `mark`. */
  webFile: string;
  mark: string;
}

/** Which source is expected to decide: the settings that not every source has, and the looks of the log. */
interface Expectation extends Layer {
  log: { debug: boolean; info: boolean; format: 'json' | 'text' };
}

export function provePrecedence(): void {
  provesByFile('server.port', 'server.address', 'server.metrics_path', 'server.web_config_file', 'docker.host');
  provesByFile('docker.api_version', 'logging.level', 'logging.format', 'performance.max_concurrent');
  it('the file decides', () =>
    withLayers(async ({ file }) => {
      await expectLayer(file, [], {}, { file });
    }));

  proves('server.port EXPORTER_PORT', 'server.address EXPORTER_ADDRESS', 'server.metrics_path EXPORTER_METRICS_PATH');
  proves('server.web_config_file WEB_CONFIG_FILE', 'docker.host DOCKER_HOST', 'docker.api_version DOCKER_API_VERSION');
  proves('logging.level LOG_LEVEL', 'logging.format LOG_FORMAT', 'performance.max_concurrent MAX_CONCURRENT');
  it('environment variables go before the file', () =>
    withLayers(async ({ file, environment }) => {
      await expectLayer(environment, [], toEnvironment(environment), { file, idle: file.engine });
    }));

  proves('server.port --server.port', 'server.address --server.address', 'docker.host --docker.host');
  proves(
    'server.web_config_file --web.config.file',
    'logging.level --logging.level',
    'logging.format --logging.format',
  );
  it('flags go before environment variables', () =>
    withLayers(async ({ file, environment, flags }) => {
      const { metricsPath, apiVersion, maxConcurrent } = environment;
      const expected = { ...flags, metricsPath, apiVersion, maxConcurrent };
      await expectLayer(expected, toFlags(flags), toEnvironment(environment), { file, idle: environment.engine });
    }));
}

/** Starts the program with the file and whatever goes before it, and looks for the effect of every setting. */
async function expectLayer(
  expected: Expectation,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { file, idle }: { file: Layer; idle?: FakeEngine },
): Promise<void> {
  const inFlight = countInFlight(expected.engine);
  // A refused call is a warning, and a value of a wrong type is a debug entry.
  expected.engine.misbehave({ calls: ['events'] }, forbid);
  await using run = startProgram({ config: toConfig(file), args, env });
  const url = `http://${expected.address}:${String(expected.port)}`;
  await waitFor('the program to listen', () => run.isRunning() && answers(`${url}/health`), { everyMs: 20 });

  const scrape = await ask(url + expected.metricsPath);
  expect(scrape.status).toBe(200);
  expect(parseText(scrape.text).value('exporter_up')).toBe(1);
  expect(scrape.headers['x-xss-protection']).toBe(expected.mark);
  expect((await ask(`${url}/metrics`)).status).toBe(404);
  expect(await answers(`http://127.0.0.1:${String(expected.port)}/health`)).toBe(false);

  const versions = expected.engine.requests.filter(({ call }) => call !== 'ping').map((request) => request.apiVersion);
  expect(new Set(versions)).toEqual(new Set([expected.apiVersion]));
  expect(idle?.requests ?? []).toEqual([]);
  expect(inFlight.most()).toBe(expected.maxConcurrent);

  const lines = run.stdout().trimEnd().split('\n');
  const shape =
    expected.log.format === 'json' ? /^\{"level":"\w+",.*\}$/ : /^\d{4}-\d\d-\d\dT[\d:.]+Z (?:DEBUG|INFO |WARN ) /;
  for (const line of lines) expect(line).toMatch(shape);
  const has = (level: string): boolean => lines.some((line) => line.slice(0, 35).toLowerCase().includes(level));
  expect({ debug: has('debug'), info: has('info'), warn: has('warn') }).toEqual({
    debug: expected.log.debug,
    info: expected.log.info,
    warn: true,
  });
}

function toConfig(layer: Expectation | Layer): string {
  return `
server:
  port: ${String(layer.port)}
  address: ${layer.address}
  metrics_path: ${layer.metricsPath}
  web_config_file: ${layer.webFile}
docker:
  host: ${layer.engine.dockerHost}
  api_version: '${layer.apiVersion}'
logging:
  level: debug
  format: text
performance:
  max_concurrent: ${String(layer.maxConcurrent)}
`;
}

function toEnvironment(layer: Layer): Record<string, string> {
  return {
    EXPORTER_PORT: String(layer.port),
    EXPORTER_ADDRESS: layer.address,
    EXPORTER_METRICS_PATH: layer.metricsPath,
    WEB_CONFIG_FILE: layer.webFile,
    DOCKER_HOST: layer.engine.dockerHost,
    DOCKER_API_VERSION: layer.apiVersion,
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    MAX_CONCURRENT: String(layer.maxConcurrent),
  };
}

function toFlags(layer: Layer): string[] {
  return [
    ...[
      '--server.port',
      String(layer.port),
      `--server.address=${layer.address}`,
      '--docker.host',
      layer.engine.dockerHost,
    ],
    ...['--web.config.file', layer.webFile, '--logging.level=info', '--logging.format', 'text'],
  ];
}

type Layers = Readonly<Record<'file' | 'environment' | 'flags', Expectation>>;

/** Three layers that differ in everything; the flags' engine is on TCP. */
async function withLayers(use: (layers: Layers) => Promise<void>): Promise<void> {
  const folder = createTempFolder();
  const engines: FakeEngine[] = [];
  const layer = async (mark: string, index: number, log: Expectation['log']): Promise<Expectation> => {
    const engine = await startRecordedEngine(breakOneValue, mark === 'flag' ? 'tcp' : 'unix');
    engines.push(engine);
    const webFile = join(folder.path, `${mark}.yml`);
    writeFileSync(webFile, `http_server_config:\n  headers:\n    X-XSS-Protection: ${mark}\n`);
    return {
      ...{ engine, webFile, mark, log, port: await findFreePort(), address: `127.0.0.${String(index + 2)}` },
      ...{ metricsPath: `/of/${mark}`, apiVersion: `1.${String(index + 44)}`, maxConcurrent: index + 2 },
    };
  };
  try {
    await use({
      file: await layer('file', 0, { debug: true, info: true, format: 'text' }),
      environment: await layer('environment', 1, { debug: false, info: false, format: 'json' }),
      flags: await layer('flag', 2, { debug: false, info: true, format: 'text' }),
    });
  } finally {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
    folder.remove();
  }
}

function breakOneValue({ list }: { list: object[] }): void {
  Object.assign(list[0] ?? {}, { Status: 7 });
}
