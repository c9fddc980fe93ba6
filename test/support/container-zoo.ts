import { importBusybox } from './busybox-image.ts';
import { createContainer, runContainer, type ContainerOptions } from './containers.ts';
import type { EngineInspect } from './engine-answers.ts';
import type { PrivateEngine } from './private-engine.ts';
import { waitFor } from './wait-for.ts';

/** A label value with everything that an exposition format has to escape, and UTF-8 beyond it. */
export const hostileLabel = 'quo"te back\\slash new\nline brace} comma, ümlaut 世界 🚢';

interface Species extends ContainerOptions {
  /** Tells from its inspect answer when it has become what it shall be; running is enough by default. */
  isReady?: (inspect: EngineInspect) => boolean;
  /** False: created, never started. */
  start?: boolean;
}

const image = 'zoo:1';
const isExited = ({ State }: EngineInspect): boolean => State.Status === 'exited';

function healthCheck(command: string): readonly string[] {
  return ['--health-cmd', command, '--health-interval', '1s', '--health-retries', '1'];
}

/** One container of every kind; the keys are their names. Their load is bounded: about half a core in all. */
const zoo = {
  // states that take their time to be reached come first
  restarting: {
    flags: ['--restart', 'always'],
    script: 'exit 1',
    // by then the engine waits for seconds before it tries again: long enough to look at it
    isReady: ({ RestartCount, State }) => RestartCount >= 6 && State.Restarting,
  },
  looping: {
    flags: ['--restart', 'always'],
    script: 'sleep 1; exit 1',
    isReady: ({ RestartCount }) => RestartCount > 0,
  },
  'on-failure': {
    flags: ['--restart', 'on-failure:2'],
    script: 'exit 4',
    isReady: ({ State, RestartCount }) => State.Status === 'exited' && RestartCount === 2,
  },
  unhealthy: { flags: healthCheck('false'), isReady: ({ State }) => State.Health?.Status === 'unhealthy' },
  healthy: { flags: healthCheck('true'), isReady: ({ State }) => State.Health?.Status === 'healthy' },
  starting: {
    flags: ['--health-cmd', 'false', '--health-interval', '1h', '--health-start-period', '1h'],
    isReady: ({ State }) => State.Health?.Status === 'starting',
  },
  'oom-killed': {
    flags: ['--memory', '16m', '--memory-swap', '16m'],
    script: 'sleep 0.3; exec dd if=/dev/zero of=/dev/null bs=200M',
    isReady: isExited,
  },
  'oom-child': {
    flags: ['--memory', '32m', '--memory-swap', '32m'],
    script: 'dd if=/dev/zero of=/dev/null bs=200M; touch /tmp/survived; exec sleep 100000',
  },
  limited: {
    flags: ['--memory', '64m', '--cpus', '0.2', '--pids-limit', '50'],
    script: 'while :; do :; done',
  },
  writing: {
    flags: ['--volume', 'zoo-data:/data'],
    script: 'while :; do dd if=/dev/zero of=/data/file bs=64k count=32 conv=fsync 2>/dev/null; sleep 0.5; done',
  },
  server: {
    flags: ['--network', 'zoo-one'],
    script: 'head -c 8192 /dev/zero > /www/page; exec httpd -f -p 80 -h /www',
  },
  client: {
    flags: ['--network', 'zoo-one'],
    script: 'while :; do wget -q -O /dev/null http://server/page; sleep 0.2; done',
  },
  'two-networks': { flags: ['--network', 'zoo-one'] },
  'host-network': { flags: ['--network', 'host'] },
  'no-network': { flags: ['--network', 'none'] },
  'exited-3': { script: 'exit 3', isReady: isExited },
  'exited-0': { script: 'exit 0', isReady: isExited },
  created: { start: false, isReady: ({ State }) => State.Status === 'created' },
  paused: { isReady: ({ State }) => State.Status === 'paused' },
  compose: { flags: ['--label', 'com.docker.compose.project=shop', '--label', 'com.docker.compose.service=web'] },
  hostile: {
    flags: ['--label', 'com.docker.compose.project=shop', '--label', `com.docker.compose.service=${hostileLabel}`],
  },
  untagged: { image: 'zoo:gone' },
} as const satisfies Record<string, Species>;

export type ZooName = keyof typeof zoo;
export const zooNames = Object.keys(zoo) as ZooName[];

/** Those that do nothing but sleep: their numbers stand still. */
export const idleZooNames: readonly ZooName[] = [
  ...(['starting', 'oom-child', 'two-networks', 'host-network', 'no-network'] as const),
  ...(['paused', 'compose', 'hostile', 'untagged'] as const),
];

/** Creates the zoo's networks, images and containers, and returns when each container is what its name says. */
export async function createContainerZoo(engine: PrivateEngine): Promise<void> {
  await importBusybox(engine, image);
  await importBusybox(engine, 'zoo:gone');
  for (const network of ['zoo-one', 'zoo-two']) await engine.docker('network', 'create', network);
  await eachOf(zooNames, 4, (name) => {
    const { start, ...options }: Species = { image, ...zoo[name] };
    return start === false ? createContainer(engine, name, options) : runContainer(engine, name, options);
  });
  await engine.docker('network', 'connect', 'zoo-two', 'two-networks');
  await engine.docker('pause', 'paused');
  await engine.docker('tag', image, 'zoo:gone'); // the image of `untagged` has no name any more
  for (const name of zooNames) await untilReady(engine, name, zoo[name]);
  await waitFor('the child to be killed', () => engine.docker('exec', 'oom-child', 'ls', '/tmp/survived'));
}

async function untilReady(engine: PrivateEngine, name: string, species: Species): Promise<void> {
  const { isReady = ({ State }: EngineInspect) => State.Status === 'running' } = species;
  await waitFor(`${name} to get ready`, async () =>
    isReady((await engine.api(`/containers/${name}/json`)) as EngineInspect),
  );
}

/** Calls `work` for each item, at most `atOnce` at a time. */
async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
