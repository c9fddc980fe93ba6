import { dirname } from 'node:path';
import { importBusybox } from '../test/support/busybox-image.ts';
import { runContainer } from '../test/support/containers.ts';
import type { EngineVersion } from '../test/support/engine-versions.ts';
import { startEngine } from '../test/support/private-engine.ts';
import { cpuMs } from './cpu-time.ts';
import { listEngineProcesses } from './engine-processes.ts';

export interface LiveEngine extends Disposable {
  /** The engine's own word. */
  readonly version: string;
  readonly socketPath: string;
  readonly containers: number;
  /** CPU time of dockerd, containerd and all shims since they started. */
  cpuMs(): number;
  /** Without the shims: these are busy now and then whether anybody asks or not. */
  daemonsMs(): number;
}

/** Container starts side by side: more of them only wait for the engine. */
const startsAtOnce = 4;

/** Starts a private engine with running containers that do nothing. Needs root. */
export async function startLiveEngine(version: EngineVersion, containers: number): Promise<LiveEngine> {
  const engine = await startEngine({ version });
  try {
    await importBusybox(engine, 'bb:1');
    const names = Array.from({ length: containers }, (_, index) => `idle-${String(index + 1)}`);
    const start = async (): Promise<void> => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) await runContainer(engine, name);
    };
    await Promise.all(Array.from({ length: startsAtOnce }, start));
    const { daemons, shims } = listEngineProcesses(dirname(engine.socketPath));
    if (daemons.length < 2 || shims.length < containers) throw new Error("the engine's processes were not found");
    return {
      version: engine.version,
      socketPath: engine.socketPath,
      containers,
      cpuMs: () => cpuMs([...daemons, ...shims]),
      daemonsMs: () => cpuMs(daemons),
      [Symbol.dispose]: () => engine.stop(),
    };
  } catch (error) {
    engine.stop();
    throw error;
  }
}
