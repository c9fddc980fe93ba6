/** What became of a request's credentials; `busy` when too many wait to be checked. */
export type AuthVerdict = 'allowed' | 'denied' | 'busy';

/** Stands before the routes; it may change its rules while the server runs. */
export interface Guard {
  /** Headers for every reply. */
  headers(): Readonly<Record<string, string>>;
  /** Takes one request off the allowance: 0, or the milliseconds until the next would be let through. */
  admit(): number;
  /** Judges an `Authorization` header. Never throws, and takes as long for an unknown user as for a wrong password. */
  authenticate(authorization: string | undefined): AuthVerdict | Promise<AuthVerdict>;
}

/** Lets everybody in. */
export const openGuard: Guard = { headers: () => ({}), admit: () => 0, authenticate: () => 'allowed' };
