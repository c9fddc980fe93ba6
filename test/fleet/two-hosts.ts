import { startFleetAgent, startFleetServer } from '../support/fleet-processes.ts';
import type { FleetAgentProcess, FleetServerProcess } from '../support/fleet-processes.ts';
import { importBusybox } from '../support/busybox-image.ts';
import type { EngineVersion } from '../support/engine-versions.ts';
import { startPostgres } from '../support/postgres.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { waitFor } from '../support/wait-for.ts';

type DatabaseKind = 'sqlite' | 'postgres';

export interface FleetHost {
  readonly name: string;
  readonly engine: PrivateEngine;
  readonly agent: FleetAgentProcess;
}

/** A real server, and two real engines of different versions with an agent each. */
export interface TwoHosts {
  readonly server: FleetServerProcess;
  /** The older engine. */
  readonly old: FleetHost;
  readonly current: FleetHost;
  /** A token with the role scraper. */
  readonly token: string;
  /** A token with the role admin. */
  readonly adminToken: string;
  status(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startTwoHosts(kind: DatabaseKind): Promise<TwoHosts> {
  const cleanups: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const database = kind === 'postgres' ? await startPostgres() : undefined;
    if (database !== undefined) cleanups.push(() => database.stop());
    const server = await startFleetServer(database === undefined ? {} : { database: database.url });
    cleanups.push(() => server.remove());
    const startHost = async (name: string, version: EngineVersion): Promise<FleetHost> => {
      const engine = await startEngine({ version });
      cleanups.push(() => engine.stop());
      await importBusybox(engine, 'bb:1');
      const { stdout } = await server.cli(['host', 'add', name]);
      const agent = await startFleetAgent({ joinLine: stdout.trim(), engine: engine.host });
      cleanups.push(() => agent.remove());
      return { name, engine, agent };
    };
    const old = await startHost('old', '20.10');
    const current = await startHost('current', '28');
    const create = async (name: string, role: string): Promise<string> =>
      (await server.cli(['token', 'create', name, '--role', role])).stdout.trim();
    const token = await create('prometheus', 'scraper');
    const adminToken = await create('root', 'admin');
    const status = async (name: string): Promise<string> => {
      const { stdout } = await server.cli(['host', 'show', name, '--json']);
      return (JSON.parse(stdout) as { status: string }).status;
    };
    for (const { name, agent } of [old, current]) {
      await waitFor(`${name} to be online`, async () => {
        if (!agent.isRunning()) throw new Error(agent.output());
        return (await status(name)) === 'online';
      });
    }
    return { server, old, current, token, adminToken, status, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
