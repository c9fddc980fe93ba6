/** An HTTP request's target taken apart; `path` is percent-decoded. */
export interface RequestTarget {
  path: string;
  query: URLSearchParams;
}

/**
 * Takes a request's target apart: origin form (`/path?query`), absolute form (`http://host/path`, RFC 9112 section 3.2.2)
 * and anything a client may send instead. Never throws: a path that cannot be decoded stays as it is and matches no route.
 */
export function parseRequestTarget(target: string): RequestTarget {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const mark = local.indexOf('?');
  const path = mark < 0 ? local : local.slice(0, mark);
  return {
    path: decodePath(path === '' ? '/' : path),
    query: new URLSearchParams(mark < 0 ? '' : local.slice(mark + 1)),
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
