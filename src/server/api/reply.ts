import type { ApiRoute } from './api-route.ts';

/** For every answer, unless it brings its own. */
const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
};

/** What a handler gave back as a Response: JSON, or text of the route's own type, with the route's status. */
export function toResponse(value: unknown, route: ApiRoute): Response {
  if (value instanceof Response) return value;
  if (value === undefined || route.status === 204) return new Response(null, { status: 204 });
  const status = route.status ?? 200;
  if (route.produces !== undefined && (typeof value === 'string' || value instanceof Uint8Array))
    return new Response(value as string | Uint8Array<ArrayBuffer>, {
      status,
      headers: { 'Content-Type': route.produces },
    });
  return Response.json(value, { status });
}

/** The answer as it leaves: with the security headers, and for HEAD without its body. */
export async function finishResponse(response: Response, method: string): Promise<Response> {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(securityHeaders)) if (!headers.has(name)) headers.set(name, value);
  if (method !== 'HEAD') return new Response(response.body, { status: response.status, headers });
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers });
}
