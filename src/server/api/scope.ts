import { seesHost, type Principal } from '../principal.ts';

/** The hosts to ask for: what the principal may see, and of that only one host, where a filter names it. */
export function scopeOf(principal: Principal, host: string | undefined): ReadonlySet<string> | undefined {
  if (host === undefined) return principal.hosts;
  return new Set(seesHost(principal, host) ? [host] : []);
}
