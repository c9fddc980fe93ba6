/** The prefix makes browsers refuse the cookie unless it came over TLS from this very host. */
const plainName = 'tallyman_session';
const tlsName = `__Host-${plainName}`;

export const sessionLifeMs = 12 * 3_600_000;

/** The session's secret in a `Cookie` header; undefined where there is none. */
export function readSessionCookie(header: string | null, isTls: boolean): string | undefined {
  const wanted = isTls ? tlsName : plainName;
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === wanted && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/** `Set-Cookie` for a session's secret, or, for undefined, one that takes it away. */
export function writeSessionCookie(secret: string | undefined, isTls: boolean): string {
  const maxAge = secret === undefined ? 0 : sessionLifeMs / 1000;
  return [
    `${isTls ? tlsName : plainName}=${secret ?? ''}`,
    'HttpOnly',
    'SameSite=Strict',
    'Path=/',
    `Max-Age=${String(maxAge)}`,
    ...(isTls ? ['Secure'] : []),
  ].join('; ');
}
