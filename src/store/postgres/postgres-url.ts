import { TallymanError } from '../../base/errors.ts';

export interface PostgresUrl {
  /** For messages: without user and password. */
  place: string;
  user: string;
  database: string;
  /** Empty: none is in it. */
  password: string;
}

/** Reads `postgres://user:password@host:port/name`. Throws STORE_URL_INVALID, which does not repeat what was given. */
export function parsePostgresUrl(text: string): PostgresUrl {
  // libpq's form for sockets has no host: postgres://user@/name?host=/run/postgresql
  const url = /^postgres(?:ql)?:\/\//.test(text) ? URL.parse(text.replace('@/', '@localhost/')) : null;
  const decoded = url === null ? undefined : decodeParts(url);
  if (url === null || decoded === undefined) {
    throw new TallymanError(
      'STORE_URL_INVALID',
      'the database is no PostgreSQL URL: use postgres://user:password@host:5432/name (special characters in it as %XX), or leave it out for SQLite',
    );
  }
  const { user, password, database } = decoded;
  const host = url.searchParams.get('host') ?? (url.host === '' ? 'localhost' : url.host);
  return { place: `${host}/${database}`, user, database, password };
}

function decodeParts(url: URL): Omit<PostgresUrl, 'place'> | undefined {
  try {
    return {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password) || (url.searchParams.get('password') ?? ''),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
  } catch {
    return undefined;
  }
}
