import type { Clock } from '../base/clock.ts';
import { parseBasicCredentials } from './basic-credentials.ts';
import { createBcryptUsers } from './bcrypt-users.ts';
import type { Guard } from './guard.ts';
import { createTokenBucket, type RateLimit } from './token-bucket.ts';
import type { WebConfigSource } from './web-config-source.ts';

/** Guards by a web configuration as it is at each request. A new rate limit starts with a full bucket. */
export function createWebGuard(source: WebConfigSource, clock: Clock): Guard {
  const bcryptUsers = createBcryptUsers();
  let bucket: { limit: RateLimit; take: () => number } | undefined;

  return {
    headers: () => source.current().headers,

    admit() {
      const { rateLimit: limit } = source.current();
      if (limit === undefined) return 0;
      if (bucket?.limit.intervalMs !== limit.intervalMs || bucket.limit.burst !== limit.burst) {
        bucket = { limit, take: createTokenBucket(limit, () => clock.monotonic()) };
      }
      return bucket.take();
    },

    authenticate(authorization) {
      const { users } = source.current();
      if (users.size === 0) return 'allowed';
      const given = parseBasicCredentials(authorization);
      return given === undefined ? 'denied' : bcryptUsers.check(users, given);
    },
  };
}
