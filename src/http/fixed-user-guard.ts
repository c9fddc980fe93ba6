import { createHash, timingSafeEqual } from 'node:crypto';
import { parseBasicCredentials, type BasicCredentials } from './basic-credentials.ts';
import { openGuard, type Guard } from './guard.ts';

/**
 * Lets one user in, whose password is known in clear text. Both parts are compared as digests in constant time,
 * and both always, so that neither their lengths nor which one was wrong can be measured.
 */
export function createFixedUserGuard(user: BasicCredentials): Guard {
  const username = digest(user.username);
  const password = digest(user.password);
  return {
    ...openGuard,
    authenticate(authorization) {
      const given = parseBasicCredentials(authorization);
      const sameUser = timingSafeEqual(digest(given?.username ?? ''), username);
      const samePassword = timingSafeEqual(digest(given?.password ?? ''), password);
      return [given !== undefined, sameUser, samePassword].every(Boolean) ? 'allowed' : 'denied';
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
