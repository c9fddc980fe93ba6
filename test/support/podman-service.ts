import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packBusybox } from './busybox-image.ts';
import { isEngineUp, loadFromEngine } from './engine-api.ts';
import { createPrivateNamespace } from './private-namespace.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

export interface PodmanService {
  /** As DOCKER_HOST has it. */
  readonly host: string;
  /** The JSON that its Docker-compatible API answers. */
  api(path: string): Promise<unknown>;
  /** Runs the podman command beside the service, on the same containers. */
  podman(...args: readonly string[]): Promise<void>;
  /** Takes everything away. May be called twice. */
  stop(): void;
}

/** Starts Podman's Docker-compatible API with storage, processes, mounts and network of its own, and imports busybox as `bb:1`. Needs root. */
export async function startPodmanService(): Promise<PodmanService> {
  const folder = createTempFolder();
  const at = (name: string): string => join(folder.path, name);
  const namespace = await createPrivateNamespace();
  const socketPath = at('p.sock');
  const logFile = at('log');
  // Podman asks for more open files than a machine with a lower hard limit allows
  writeFileSync(at('containers.conf'), '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n');
  const env = { ...process.env, CONTAINERS_CONF: at('containers.conf'), HOME: folder.path };
  const common = [
    ...['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp'), '--network-config-dir', at('net')],
    ...['--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
  ];
  const stop = (): void => {
    namespace.destroy();
    folder.remove();
  };
  const podman = async (...args: readonly string[]): Promise<void> => {
    const child = namespace.spawn('podman', [...common, ...args], logFile, env);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('exit', resolve);
    });
    if (code !== 0) throw new Error(`podman ${args.join(' ')}: exit code ${String(code)}, see ${logFile}`);
  };
  try {
    namespace.spawn('podman', [...common, 'system', 'service', '--time', '0', `unix://${socketPath}`], logFile, env);
    await waitFor('podman to answer', () => isEngineUp(socketPath));
    await podman('import', await packBusybox(folder.path, 'podman'), 'bb:1');
  } catch (error) {
    stop();
    throw error;
  }
  return { host: `unix://${socketPath}`, api: (path) => loadFromEngine(socketPath, path), podman, stop };
}
