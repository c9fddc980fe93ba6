import { errorText, systemCode, TallymanError } from '../../base/errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const advice: Readonly<Record<string, string>> = {
  '25006': 'it is read-only, perhaps a standby: name the primary',
  '28000': 'it refuses the user: look at the user and at pg_hba.conf',
  '28P01': 'it refuses the password: correct it in the URL',
  '3D000': 'the database does not exist: create it (createdb)',
  '42501': "the user lacks a right: make the user the database's owner",
  '53300': 'it has no connection left: raise max_connections, or run fewer servers',
  '55P03': 'another server keeps a lock for too long: try again',
  '57014': 'the statement took too long: look at its load',
};
const full = new Set(['53100', '53200', '53400']);
/** Rows that others changed at the same moment; 23503: a host that was removed meanwhile. */
const collisions = new Set(['40001', '40P01', '23503']);

/** What PostgreSQL, or the way to it, complains of, with what to do about it. `place` names it without secrets. */
export function postgresFault(error: unknown, place: string): TallymanError {
  if (error instanceof TallymanError) return error;
  const state = sqlState(error);
  const fail = (code: string, message: string): TallymanError => new TallymanError(code, message, { cause: error });
  if (state === undefined) {
    return fail(
      'STORE_UNAVAILABLE',
      `PostgreSQL at ${place} cannot be reached (${reasonOf(error)}): start it, or look at the network`,
    );
  }
  if (full.has(state))
    return fail('STORE_FULL', `PostgreSQL at ${place} has no room left: make some, the server goes on by itself`);
  const known = advice[state];
  if (known !== undefined) return fail('STORE_UNAVAILABLE', `PostgreSQL at ${place}: ${known}`);
  if (isConnectionState(state)) {
    return fail(
      'STORE_UNAVAILABLE',
      `PostgreSQL at ${place} ended the connection (${errorText(error)}): wait until it is back`,
    );
  }
  if (state.startsWith('40')) return fail('STORE_UNAVAILABLE', 'too many changes of the same thing at once: try again');
  return fail('STORE_FAILED', `the database refused a statement: ${errorText(error)}`);
}

export function isCollision(error: unknown): boolean {
  const state = sqlState(error) ?? (error instanceof Error ? sqlState(error.cause) : undefined);
  return state !== undefined && collisions.has(state);
}

/** Whether the connection is of no use any more. */
export function isConnectionFault(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || isConnectionState(state);
}

/** Connection exceptions, an administrator's shutdown, a timeout of an idle transaction. */
function isConnectionState(state: string): boolean {
  return state.startsWith('08') || state.startsWith('57P') || state === '25P03';
}

/** Five characters; errors of the system have words such as ECONNREFUSED. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  return systemCode(error) ?? errorText(error);
}
