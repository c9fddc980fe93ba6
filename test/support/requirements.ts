import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { currentEngineRoot, type EngineVersion } from './engine-versions.ts';

const commandsOf = {
  '20.10': ['dockerd', 'docker', 'containerd', 'runc', 'iptables', 'ip', 'busybox'],
  '28': ['docker', 'ip', 'busybox'],
  haproxy: ['haproxy'],
  mount: ['mount', 'umount'],
  openssl: ['openssl'],
  podman: ['podman', 'busybox'],
  postgresql: ['pg_ctlcluster', 'psql', 'setpriv'],
  prometheus: ['prometheus'],
  promtool: ['promtool'],
} as const satisfies Record<string, readonly string[]>;

/** What a suite needs beside Node.js: an engine's version, or a tool. */
export type Requirement = EngineVersion | keyof typeof commandsOf;

const needRoot: readonly Requirement[] = ['20.10', '28', 'mount', 'podman', 'postgresql'];
const told = new Set<string>();

/**
 * Whether everything is there that a suite needs: `describe.skipIf(!hasRequirements('28', 'haproxy'))`.
 * What is missing is printed once. With CI=true it throws instead: there a skip is a failure.
 */
export function hasRequirements(...requirements: readonly Requirement[]): boolean {
  const missing = [...new Set(requirements.flatMap(listMissing))];
  if (missing.length === 0) return true;
  const reason = `skipped, missing: ${missing.join(', ')} (scripts/install-test-tools.sh installs it when run by root)`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  if (!told.has(reason)) process.stderr.write(`${reason}\n`);
  told.add(reason);
  return false;
}

function listMissing(requirement: Requirement): string[] {
  return [
    ...commandsOf[requirement].filter((command) => !hasCommand(command)),
    ...(requirement === '28' && !existsSync(join(currentEngineRoot(), 'usr/sbin/dockerd'))
      ? [currentEngineRoot()]
      : []),
    ...(needRoot.includes(requirement) && process.getuid?.() !== 0 ? ['root'] : []),
  ];
}

function hasCommand(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}
