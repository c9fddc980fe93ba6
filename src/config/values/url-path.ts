import { accept, refuse, type ValueKind } from './value-kind.ts';
import { textKind } from './text.ts';

/** Paths that the web server answers itself. */
const ownPaths = ['/', '/version', '/-/healthy', '/-/ready', '/api/v1/sd'];
const expectation = 'is not a path: start with / and use only letters, digits, / and - . _ ~';

/** The path of a page, without a query; none of those the server answers itself. */
export const urlPath: ValueKind<string> = textKind('URL path', expectation, (given) => {
  const path = withoutEndSlash(given);
  if (ownPaths.includes(path) || path === '/debug' || path.startsWith('/debug/')) {
    return refuse("is one of the server's own paths: choose another, such as /metrics");
  }
  const segments = path.slice(1).split('/');
  const valid = segments.every((segment) => /^[a-zA-Z0-9._~-]+$/.test(segment) && !/^\.\.?$/.test(segment));
  return path.startsWith('/') && valid ? accept(given) : refuse(expectation);
});

/** `/metrics/` and `/metrics` are one path to users. */
export function withoutEndSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
