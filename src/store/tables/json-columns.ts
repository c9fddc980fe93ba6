import { z } from 'zod';
import { permissions, type Permission } from '../../protocol/permissions.ts';

const names = z.array(z.string());
const known: ReadonlySet<string> = new Set(permissions);

/** Host names a role or token is limited to; NULL: all. */
export function toHostsColumn(hosts: readonly string[] | undefined): string | null {
  return hosts === undefined ? null : JSON.stringify(hosts);
}

export function fromHostsColumn(column: string | null): readonly string[] | undefined {
  return column === null ? undefined : names.parse(JSON.parse(column));
}

/** Permissions that only a later version knows are left out: nothing here asks for them. */
export function fromPermissionsColumn(column: string): readonly Permission[] {
  return names.parse(JSON.parse(column)).filter((name): name is Permission => known.has(name));
}
