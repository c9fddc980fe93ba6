import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { copyInto, normalize, rootfsPaths, writeInto, writeRootfs } from './rootfs.ts';
import { addSystemParts, readSbom } from './sbom.ts';

const project = join(import.meta.dirname, '..');
const docs = 'usr/share/doc/tallyman';

/**
 * So that `docker exec CONTAINER tallyman config check` and exec probes need no path and no flags: the kernel starts
 * Node.js by the first line, and no shell is needed.
 */
const launcher = `#!${rootfsPaths.node}\nimport('${rootfsPaths.program}');\n`;

/** Numeric users work without these; they are for programs that ask who somebody is. */
const users = 'root:x:0:0:root:/:/nonexistent\nnobody:x:65534:65534:nobody:/:/nonexistent\n';
const groups = 'root:x:0:\nnogroup:x:65534:\n';

/** Writes the root file system of the container image: the shared one, and what the image alone has. */
export function writeImageRootfs(folder: string): void {
  const sbom = readSbom(join(project, 'dist/tallyman.cdx.json'));
  const { libraries } = writeRootfs({ folder, mountFolders: ['run', 'tmp', 'etc', 'var'] });
  chmodSync(join(folder, 'tmp'), 0o1777);
  // The engine's socket is found at its usual place, whether it is mounted below /run or /var/run.
  symlinkSync('../run', join(folder, 'var/run'));
  writeInto(folder, 'bin/tallyman', launcher, 0o755);
  writeInto(folder, 'etc/passwd', users);
  writeInto(folder, 'etc/group', groups);
  // Names that were given with --add-host go before the network's.
  writeInto(folder, 'etc/nsswitch.conf', 'hosts: files dns\n');
  mkdirSync(join(folder, docs), { recursive: true });
  copyInto(folder, join(project, 'LICENSE'), `${docs}/LICENSE`);
  copyInto(folder, join(project, 'dist/licenses.txt'), `${docs}/licenses.txt`);
  writeInto(folder, `${docs}/tallyman.cdx.json`, `${JSON.stringify(addSystemParts(sbom, libraries), null, 2)}\n`);
  normalize(folder);
}
