import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { currentEngineRoot } from '../support/engine-versions.ts';
import type { PrivateEngine } from '../support/private-engine.ts';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { currentPrograms } from './programs.ts';

/** nobody's, in these images as in the real ones. */
const nobody = 65534;

interface StandIn {
  /** Where the image has the machine's programs. */
  programs: Readonly<Record<string, string>>;
  /** Texts at paths of the image; with #! they are programs. */
  files?: Readonly<Record<string, string>>;
  /** Folders that the image's user may write to; volumes begin as copies of them. */
  data?: readonly string[];
  /** Instructions of a Dockerfile. */
  changes: readonly string[];
}

/**
 * Images for a machine without a registry: Debian's builds of the same programs at the places where the real images have
 * them, or a program that does the same. What differs is told in the tests.
 */
const standIns: Readonly<Record<string, () => Promise<StandIn>>> = {
  'prom/prometheus': () =>
    Promise.resolve({
      programs: { '/bin/prometheus': currentPrograms.prometheus, '/bin/promtool': currentPrograms.promtool },
      data: ['/prometheus'],
      changes: ['ENTRYPOINT ["/bin/prometheus"]', 'VOLUME /prometheus', 'WORKDIR /prometheus'],
    }),
  'prom/alertmanager': () =>
    Promise.resolve({
      programs: { '/bin/alertmanager': currentPrograms.alertmanager, '/bin/amtool': currentPrograms.amtool },
      files: readTemplates(),
      data: ['/alertmanager'],
      changes: ['ENTRYPOINT ["/bin/alertmanager"]', 'VOLUME /alertmanager', 'WORKDIR /alertmanager'],
    }),
  // HAProxy, with the same environment: the allow-list is the real one's, the check of the client's name is not there.
  'wollomatic/socket-proxy': async () => ({
    programs: { '/bin/haproxy': await which('haproxy'), '/bin/busybox': await which('busybox') },
    files: {
      '/haproxy.cfg': haproxyConfig,
      '/healthcheck': '#!/bin/busybox sh\nexec /bin/busybox wget -q -O /dev/null http://127.0.0.1:2375/_ping\n',
    },
    changes: ['ENTRYPOINT ["/bin/haproxy", "-W", "-db", "-f", "/haproxy.cfg"]'],
  }),
};

const haproxyConfig = `
defaults
  mode http
  timeout connect 5s
  timeout client 10m
  timeout server 10m
frontend proxy
  bind "\${SP_LISTENIP}:\${SP_PROXYPORT}"
  http-request deny deny_status 405 unless METH_GET
  acl allowed path -m reg "^\${SP_ALLOW_GET}\\$"
  http-request deny deny_status 403 unless allowed
  default_backend engine
backend engine
  server engine unix@/var/run/docker.sock
`;

/** Imports a stand-in under the image's own name and tag; throws for an image that has none. */
export async function importStandIn(engine: PrivateEngine, image: string): Promise<void> {
  const standIn = standIns[image.split(':', 1)[0] ?? ''];
  if (standIn === undefined) throw new Error(`no stand-in for ${image}`);
  const folder = createTempFolder();
  try {
    const archive = await packRootfs(folder.path, await standIn());
    const { changes } = await standIn();
    await engine.docker(
      'import',
      ...[`USER ${String(nobody)}`, ...changes].flatMap((line) => ['--change', line]),
      archive,
      image,
    );
  } finally {
    folder.remove();
  }
}

async function packRootfs(folder: string, { programs, files = {}, data = [] }: StandIn): Promise<string> {
  const root = join(folder, 'root');
  for (const name of ['etc', 'tmp', 'usr/bin', 'usr/lib', 'usr/lib64'])
    mkdirSync(join(root, name), { recursive: true });
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  writeFileSync(join(root, 'etc/passwd'), `nobody:x:${String(nobody)}:${String(nobody)}::/:\n`);
  for (const [target, source] of Object.entries(programs)) {
    copyFileSync(source, join(root, target));
    for (const library of await listLibraries(source)) {
      mkdirSync(dirname(join(root, library)), { recursive: true });
      if (!existsSync(join(root, library))) copyFileSync(realpathSync(library), join(root, library));
    }
  }
  for (const [target, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, target)), { recursive: true });
    writeFileSync(join(root, target), text);
    chmodSync(join(root, target), 0o755);
  }
  for (const target of data) {
    mkdirSync(join(root, target));
    chownSync(join(root, target), nobody, nobody);
  }
  const archive = join(folder, 'root.tar');
  await runCommand('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}

/** Debian's Alertmanager reads from files what others have built in. */
function readTemplates(): Record<string, string> {
  const folder = '/usr/share/prometheus/alertmanager';
  const names = readdirSync(join(currentEngineRoot(), folder)).filter((name) => name.endsWith('.tmpl'));
  return Object.fromEntries(
    names.map((name) => [join(folder, name), readFileSync(join(currentEngineRoot(), folder, name), 'utf8')]),
  );
}

/** The paths of the shared libraries, the loader too; none of a static program. */
async function listLibraries(program: string): Promise<string[]> {
  const { stdout } = await runCommand('ldd', [program], { accept: [0, 1] });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

async function which(command: string): Promise<string> {
  return (await runCommand('sh', ['-c', `command -v ${command}`])).stdout.trim();
}
