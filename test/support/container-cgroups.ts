import { existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProcFile, sleepSync } from './processes.ts';

const root = '/sys/fs/cgroup';

/** A container's cgroup has its id in the name, 64 hexadecimal digits; Podman puts its own processes beside its containers. */
const ofContainer = /^\/libpod_parent|^.*\/[^/]*[0-9a-f]{64}[^/]*/;

/** The cgroup folders, of every hierarchy, of those processes that belong to a container. */
export function listContainerCgroups(pids: Iterable<number>): string[] {
  const lines = [...pids].flatMap((pid) => readProcFile(`/proc/${String(pid)}/cgroup`).split('\n'));
  const folders = lines.flatMap((line) => {
    const [id, controllers, path] = line.split(':');
    const container = ofContainer.exec(path ?? '')?.[0];
    if (controllers === undefined || container === undefined) return [];
    return [join(id === '0' ? unifiedRoot() : join(root, controllers.replace('name=', '')), container)];
  });
  return [...new Set(folders)];
}

/** Lets frozen processes run (a paused container's): with cgroup v1 they do not even die before. */
export function thawCgroups(folders: Iterable<string>): void {
  for (const folder of folders) {
    write(join(folder, 'freezer.state'), 'THAWED');
    write(join(folder, 'cgroup.freeze'), '0');
  }
}

/** Removes the folders of containers whose processes are dead; for a moment after that they may still be busy. */
export function removeCgroups(folders: readonly string[]): void {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const left = folders.filter((folder) => existsSync(folder));
    if (left.length === 0) return;
    for (const folder of left) remove(folder);
    sleepSync(25);
  }
}

function unifiedRoot(): string {
  return existsSync(join(root, 'cgroup.controllers')) ? root : join(root, 'unified');
}

function write(path: string, text: string): void {
  if (!existsSync(path)) return;
  try {
    writeFileSync(path, text);
  } catch {
    // the container went meanwhile
  }
}

function remove(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) remove(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // still busy: the next attempt
  }
}
