import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Tokens of the API, and the tokens with which agents join, can be told from each other and from anything else. */
export const tokenPrefix = 'tmn_';
export const joinTokenPrefix = 'tmj_';

/** 256 random bits in base64url, after the prefix. */
export function createSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** How secrets of 256 bits are stored. Passwords are not: see passwords.ts. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares in a time that does not depend on where the texts differ. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
