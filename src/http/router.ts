import { textReply, type HttpReply, type Route } from './route.ts';

/** Either the route that answers, or the reply to give where there is none. */
export type RouteMatch = { route: Route } | { route?: undefined; reply: HttpReply };

/** Finds routes by exact path and method: 404 where the path is unknown, 405 with `Allow` where only the method is. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => RouteMatch {
  const paths = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = paths.get(route.path) ?? new Map<string, Route>();
    paths.set(route.path, methods.set(route.method ?? 'GET', route));
  }
  const notFound = textReply(404, `404: nothing is served here; paths are ${[...paths.keys()].join(', ')}`);

  return (method, path) => {
    const methods = paths.get(path);
    if (methods === undefined) return { reply: notFound };
    const route = methods.get(method === 'HEAD' ? 'GET' : method);
    return route === undefined ? { reply: wrongMethod(methods) } : { route };
  };
}

function wrongMethod(methods: ReadonlyMap<string, Route>): HttpReply {
  const allowed = [...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return textReply(405, `405: this path takes ${allowed}`, { Allow: allowed });
}
