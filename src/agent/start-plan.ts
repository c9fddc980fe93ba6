import { TallymanError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { fingerprintOfPem, validityOf } from './certificates.ts';
import type { JoinLine } from './join.ts';
import type { Identity } from './state/identity.ts';
import type { StateFolder } from './state/state-folder.ts';

/** What the configuration says of joining; parts that are not given are empty. */
export interface GivenLine {
  servers: readonly string[];
  token: string;
  fingerprint: string;
}

/**
 * What an agent that starts has to do: go on as the host it is, or join. An identity stays as long as it is of any
 * use; only one that was revoked, or has expired, gives way to a new token.
 * @throws TallymanError AGENT_NOT_JOINED, AGENT_OTHER_FLEET, AGENT_DATA_UNUSABLE, AGENT_DATA_BROKEN
 */
export function planStart(
  state: StateFolder,
  given: GivenLine,
  now: number,
  log: Log,
): { identity: Identity } | { line: JoinLine } {
  const identity = state.load();
  if (identity === undefined) return { line: completeLine(given, state.path) };
  if (given.token !== '' && isOver(identity, state, now)) {
    const line = completeLine(given, state.path);
    log.warn({ host: identity.host.name }, 'the certificate was revoked, or has expired: joining again with the token');
    state.forget();
    return { line };
  }
  if (given.fingerprint !== '' && !identity.authorities.some((pem) => fingerprintOfPem(pem) === given.fingerprint)) {
    throw new TallymanError(
      'AGENT_OTHER_FLEET',
      `${state.path} belongs to ${identity.host.name}, a host of another fleet than the one with the CA ${given.fingerprint}: use another folder with --data`,
    );
  }
  if (given.token !== '') log.info({ host: identity.host.name }, 'joined already: the token is not needed');
  if (given.servers.length === 0 || isSame(given.servers, identity.servers)) return { identity };
  state.saveServers(identity, given.servers);
  return { identity: { ...identity, servers: given.servers } };
}

function isOver(identity: Identity, state: StateFolder, now: number): boolean {
  return state.isRevoked() || validityOf(identity.certificate).notAfter <= now;
}

function completeLine({ servers, token, fingerprint }: GivenLine, folder: string): JoinLine {
  const missing = [
    ...(servers.length === 0 ? ['--server'] : []),
    ...(token === '' ? ['--token'] : []),
    ...(fingerprint === '' ? ['--ca-fingerprint'] : []),
  ];
  if (missing.length === 0) return { servers, token, fingerprint };
  throw new TallymanError(
    'AGENT_NOT_JOINED',
    `${folder} says of no fleet that this agent has joined, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: ` +
      'start it with the line that `tallyman host add NAME` prints on the server',
  );
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
