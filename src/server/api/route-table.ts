import type { ApiRoute } from './api-route.ts';

/** Refuses a table of routes that breaks a rule, when the app is built: such a fault is the program's own. */
export function checkRouteTable(routes: readonly ApiRoute[]): void {
  const known = new Set<string>();
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    const refuse = (why: string): never => {
      throw new Error(`the route ${name} ${why}`);
    };
    if (known.has(name)) refuse('is declared twice');
    known.add(name);
    if (route.method !== 'GET' && route.audit === undefined && route.auditsItself === undefined)
      refuse('changes something without an entry in the audit log: name the action in `audit`');
    if (route.isFleetWide === true && route.permission === 'open') refuse('is open: it cannot be fleet-wide');
    const named = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '').toSorted();
    const declared = Object.keys(route.params?.shape ?? {}).toSorted();
    if (named.join() !== declared.join()) refuse('does not declare the parameters of its path in `params`');
  }
}

/** Which methods each path has, for `Allow`. */
export function methodsByPath(routes: readonly ApiRoute[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { method, path, audit } of routes) {
    const own = methods.get(path) ?? [];
    own.push(method);
    // Asking for the head of what is audited would leave an entry about nothing.
    if (method === 'GET' && audit === undefined) own.push('HEAD');
    methods.set(path, own);
  }
  return methods;
}
