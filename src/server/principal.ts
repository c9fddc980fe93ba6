import type { Permission } from '../protocol/permissions.ts';

/** Who calls, after authentication. */
export interface Principal {
  /** `local`: a command on the server's machine, working directly on its state. */
  kind: 'user' | 'token' | 'local' | 'anonymous';
  name: string;
  permissions: ReadonlySet<Permission>;
  /** The names of the hosts it may see and touch; undefined: all. */
  hosts: ReadonlySet<string> | undefined;
}

/** As it stands in the audit log: `user:ann`, `token:prometheus`, `local`. */
export function actorOf(principal: Principal): string {
  return principal.kind === 'local' ? 'local' : `${principal.kind}:${principal.name}`;
}

export function seesHost(principal: Principal, host: string): boolean {
  return principal.hosts === undefined || principal.hosts.has(host);
}
