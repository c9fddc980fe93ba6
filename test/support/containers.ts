import type { PrivateEngine } from './private-engine.ts';

export interface ContainerOptions {
  /** Arguments of `docker run`. */
  flags?: readonly string[];
  /** Run by `sh -c`; a long sleep by default. */
  script?: string;
}

/** Starts a container of the image `bb:1`. Stopping it takes no time, as it is killed at once. */
export async function runContainer(engine: PrivateEngine, name: string, options: ContainerOptions = {}): Promise<void> {
  const { flags = [], script = 'exec sleep 100000' } = options;
  await engine.docker('run', '--detach', '--name', name, '--stop-signal', 'KILL', ...flags, 'bb:1', 'sh', '-c', script);
}

/** Removes containers whatever state they are in. */
export async function removeContainers(engine: PrivateEngine, ...names: readonly string[]): Promise<void> {
  await engine.docker('rm', '--force', '--volumes', ...names);
}
