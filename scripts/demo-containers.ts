import { importBusybox } from '../test/support/busybox-image.ts';
import { runContainer } from '../test/support/containers.ts';
import type { PrivateEngine } from '../test/support/private-engine.ts';

interface DemoContainer {
  flags?: readonly string[];
  script: string;
}

function service(project: string, name: string): readonly string[] {
  return ['--label', `com.docker.compose.project=${project}`, '--label', `com.docker.compose.service=${name}`];
}

function health(command: string): readonly string[] {
  return ['--health-cmd', command, '--health-interval', '2s', '--health-retries', '2'];
}

const network = 'demo';

/** A small shop, and some that are not well. Together they use about half a core. */
const containers: Readonly<Record<string, DemoContainer>> = {
  'shop-web-1': {
    flags: [
      '--network',
      network,
      '--memory',
      '32m',
      ...service('shop', 'web'),
      ...health('wget -qO /dev/null localhost'),
    ],
    script: 'head -c 65536 /dev/zero > /www/index.html; exec httpd -f -h /www',
  },
  'shop-visitors-1': {
    flags: ['--network', network, ...service('shop', 'visitors')],
    script: 'while :; do wget -qO /dev/null http://shop-web-1/; sleep 0.2; done',
  },
  'shop-worker-1': {
    flags: ['--cpus', '0.2', '--memory', '64m', ...service('shop', 'worker')],
    script: 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.1; done',
  },
  'shop-db-1': {
    flags: [
      '--volume',
      'demo-data:/data',
      '--memory',
      '64m',
      ...service('shop', 'db'),
      ...health('test -e /data/file'),
    ],
    script: 'while :; do dd if=/dev/zero of=/data/file bs=64k count=64 conv=fsync 2>/dev/null; sleep 1; done',
  },
  'sick-unhealthy': { flags: health('false'), script: 'exec sleep 100000' },
  'sick-restarting': { flags: ['--restart', 'always'], script: 'sleep 3; exit 1' },
  'sick-hungry': {
    flags: ['--memory', '16m', '--memory-swap', '16m', '--restart', 'on-failure:3'],
    script: 'sleep 2; exec dd if=/dev/zero of=/dev/null bs=200M',
  },
  'sick-exited': { script: 'exit 3' },
  'idle-paused': { script: 'exec sleep 100000' },
};

/** Starts the demo's containers on an engine; returns how many there are. */
export async function startDemoContainers(engine: PrivateEngine): Promise<number> {
  await importBusybox(engine, 'bb:1');
  await engine.docker('network', 'create', network);
  for (const [name, { flags = [], script }] of Object.entries(containers)) {
    await runContainer(engine, name, { flags, script });
  }
  await engine.docker('pause', 'idle-paused');
  return Object.keys(containers).length;
}
