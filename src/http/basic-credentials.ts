export interface BasicCredentials {
  username: string;
  password: string;
}

/** Reads an `Authorization: Basic` header (RFC 7617, UTF-8); undefined for any other scheme or where there is no colon. */
export function parseBasicCredentials(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
