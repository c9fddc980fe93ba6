import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineVersion } from '../support/engine-versions.ts';
import { importBusybox } from '../support/busybox-image.ts';
import { findFreePort } from '../support/free-port.ts';
import { httpGet, type HttpAnswer, type HttpGetOptions } from '../support/http-get.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { runCommand, type CommandOutput } from '../support/run-command.ts';
import { waitFor } from '../support/wait-for.ts';

export interface LogEntry {
  level: string;
  text: string;
}

/** A private engine for a managed plugin, which listens on the machine's own network. */
export interface PluginEngine {
  readonly engine: PrivateEngine;
  /** `127.0.0.1:<port>`, for the plugin to listen at. */
  readonly address: string;
  /** The daemon's socket with its own metrics. */
  readonly metricsSocket: string;
  /** GET from the plugin. */
  get(path: string, options?: HttpGetOptions): Promise<HttpAnswer>;
  /** Waits until the plugin's /metrics has this status, and gives the answer. */
  untilStatus(status: number): Promise<HttpAnswer>;
  /** The answer's body when it is 200. */
  metrics(): Promise<string>;
  /** `make plugin`, as the Makefile calls it. */
  makePlugin(name: string): Promise<CommandOutput>;
  /** What the plugins wrote, as the engine's log has it; from `mark` on. */
  pluginLog(mark?: number): LogEntry[];
  /** The length of the engine's log now. */
  mark(): number;
  /** Writes daemon.json; in force at the daemon's next start. */
  configure(settings: object): void;
}

const build = join(import.meta.dirname, '../../scripts/plugin-build.ts');

export async function startPluginEngine(version: EngineVersion): Promise<PluginEngine> {
  const engine = await startEngine({ version, onMachineNetwork: true });
  await importBusybox(engine, 'bb:1');
  const folder = dirname(engine.socketPath);
  const address = `127.0.0.1:${String(await findFreePort())}`;
  const log = (): string => readFileSync(join(folder, 'log'), 'utf8');
  const get = (path: string, options?: HttpGetOptions): Promise<HttpAnswer> =>
    httpGet(`http://${address}${path}`, options);
  return {
    engine,
    address,
    metricsSocket: join(folder, 'exec/metrics.sock'),
    get,
    untilStatus: (status) =>
      waitFor(`status ${String(status)}`, async () => {
        const answer = await get('/metrics');
        return answer.status === status && answer;
      }),
    async metrics() {
      const { status, text } = await get('/metrics');
      if (status !== 200) throw new Error(`GET /metrics: ${String(status)} ${text}`);
      return text;
    },
    makePlugin: (name) =>
      runCommand(process.execPath, [build], { env: { ...process.env, DOCKER_HOST: engine.host, PLUGIN: name } }),
    pluginLog: (mark = 0) => log().slice(mark).split('\n').flatMap(toLogEntry),
    mark: () => log().length,
    configure: (settings) => writeFileSync(join(folder, 'daemon.json'), JSON.stringify(settings)),
  };
}

/** `time="..." level=info msg="..." plugin=<64 hexadecimal digits>` */
function toLogEntry(line: string): LogEntry[] {
  const [, level, quoted, bare] =
    / level=(\w+) msg=(?:("(?:[^"\\]|\\.)*")|(\S+)) plugin=[0-9a-f]{64}$/.exec(line) ?? [];
  if (level === undefined) return [];
  return [{ level, text: quoted === undefined ? (bare ?? '') : (JSON.parse(quoted) as string) }];
}
