import type { PrivateEngine } from './private-engine.ts';

export interface ContainerOptions {
  /** Arguments of `docker create` before the image. */
  flags?: readonly string[];
  /** `bb:1` by default. */
  image?: string;
  /** Run by `sh -c`; a long sleep by default. */
  script?: string;
}

/** Creates a container. Stopping it later takes no time, as it is killed at once: a shell as process 1 ignores SIGTERM. */
export async function createContainer(
  engine: PrivateEngine,
  name: string,
  options: ContainerOptions = {},
): Promise<void> {
  const { flags = [], image = 'bb:1', script = 'exec sleep 100000' } = options;
  await engine.docker('create', '--name', name, '--stop-signal', 'KILL', ...flags, image, 'sh', '-c', script);
}

/** Creates and starts a container. */
export async function runContainer(engine: PrivateEngine, name: string, options: ContainerOptions = {}): Promise<void> {
  await createContainer(engine, name, options);
  // 20.10 fails at this now and then while the machine is overloaded ("error running hook")
  await engine.docker('start', name).catch(() => engine.docker('start', name));
}

/** Removes containers whatever state they are in. */
export async function removeContainers(engine: PrivateEngine, ...names: readonly string[]): Promise<void> {
  await engine.docker('rm', '--force', '--volumes', ...names);
}
