import { ApiProblem } from '../api/problem.ts';
import { isSameText } from './secret.ts';

/**
 * Refuses what another site made a browser send. Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`);
 * only the host is compared, since a proxy in front may speak TLS where this server does not.
 */
export function refuseOtherSites(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isOurs = origin === null || (URL.canParse(origin) && new URL(origin).host === new URL(request.url).host);
  if (isOurs && (site === null || site === 'same-origin' || site === 'none')) return;
  throw new ApiProblem(403, 'CSRF_ORIGIN', 'this call came from another site: make it from the pages of this server');
}

/** What a session's cookie alone must not do: the caller shows that it has read the session's token. */
export function requireCsrfToken(request: Request, expected: string): void {
  refuseOtherSites(request);
  const given = request.headers.get('x-csrf-token');
  if (given !== null && isSameText(given, expected)) return;
  throw new ApiProblem(
    403,
    'CSRF_TOKEN',
    'calls of a session that change something need X-CSRF-Token: take it from GET /api/v1/session',
  );
}
