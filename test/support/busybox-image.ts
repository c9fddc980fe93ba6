import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { createTempFolder } from './temp-folder.ts';

/** Imports the machine's busybox as an image, so that no registry is needed. `note` makes its content, and so its id, another. */
export async function importBusybox(
  engine: { docker: (...args: readonly string[]) => Promise<string> },
  tag: string,
  note = tag,
): Promise<void> {
  const folder = createTempFolder();
  try {
    const archive = await packBusybox(folder.path, note);
    await engine.docker('import', '--change', 'CMD ["/bin/sh"]', archive, tag);
  } finally {
    folder.remove();
  }
}

/** Packs a root file system of busybox and its applets into a tar archive below `folder`; returns the archive's path. */
export async function packBusybox(folder: string, note: string): Promise<string> {
  const root = join(folder, 'root');
  for (const name of ['bin', 'etc', 'tmp', 'www']) mkdirSync(join(root, name), { recursive: true });
  const { stdout: path } = await runCommand('sh', ['-c', 'command -v busybox']);
  copyFileSync(path.trim(), join(root, 'bin/busybox'));
  const { stdout: applets } = await runCommand(path.trim(), ['--list']);
  for (const applet of applets.trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
  writeFileSync(join(root, 'etc/note'), note);
  const archive = join(folder, 'root.tar');
  await runCommand('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}
