import { accessSync, chmodSync, constants, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, systemCode, TallymanError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { createAgentKey } from '../certificate-request.ts';
import { isCertificateOf, isKey, splitCertificates } from '../certificates.ts';
import { moveAtomically, readIfThere, writeAtomically } from './atomic-file.ts';
import { lockFile } from './folder-lock.ts';
import { identitySchema, type Identity } from './identity.ts';

/**
 * The folder that makes an agent the host it is. Every change is one file put in place whole, and the order of the
 * changes is such that the agent can end between any two of them and goes on with either the old or the new state.
 *
 * Every method throws AGENT_DATA_UNUSABLE where the folder does not let it, and AGENT_DATA_BROKEN for what it cannot read.
 */
export interface StateFolder {
  readonly path: string;
  /** undefined: it has not joined. */
  load(): Identity | undefined;
  /** The key to join with, PEM: made and kept at the first call, so that an answer that got lost can be asked for again. */
  joiningKey(): string;
  saveJoined(identity: Omit<Identity, 'key'>): void;
  saveServers(identity: Identity, servers: readonly string[]): void;
  /** A new key for a certificate to come, PEM; the one in use stays. */
  nextKey(): string;
  /** The certificate of `nextKey` has come: from now on these two are in use. */
  switchToNext(certificate: string, authorities: readonly string[]): void;
  /** The server said that it does not know this agent any more; a new token may make it a host again. */
  markRevoked(): void;
  isRevoked(): boolean;
  /** Forgets who it is, to join anew. */
  forget(): void;
  /** Gives the folder free for another agent. */
  close(): void;
}

const files = {
  lock: 'agent.lock',
  key: 'agent.key',
  nextKey: 'agent.next.key',
  certificate: 'agent.crt',
  authorities: 'ca.crt',
  identity: 'identity.json',
  revoked: 'revoked',
} as const;

export function openStateFolder(path: string): StateFolder {
  const at = (name: keyof typeof files): string => join(path, files[name]);
  const guarded = <T>(task: () => T): T => guard(path, task);

  guarded(() => prepareFolder(path));
  const lock = guarded(() => lockFile(at('lock')));
  if (lock === undefined) {
    throw new TallymanError(
      'AGENT_DATA_IN_USE',
      `another tallyman agent runs on ${path}: stop it, or give this one another folder with --data`,
    );
  }

  /** The key that the certificate is of; a switch that was cut off before its last step is completed. */
  const keyOf = (certificate: string): string => {
    const key = readIfThere(at('key'));
    if (key !== undefined && isCertificateOf(certificate, key)) return key;
    const next = readIfThere(at('nextKey'));
    if (next === undefined || !isCertificateOf(certificate, next))
      throw new Error('agent.key is not the key of agent.crt');
    moveAtomically(at('nextKey'), at('key'));
    return next;
  };

  const writeIdentity = (host: Identity['host'], servers: readonly string[]): void =>
    writeAtomically(at('identity'), `${JSON.stringify({ host, servers }, undefined, 2)}\n`);

  return {
    path,
    load() {
      const text = guarded(() => readIfThere(at('identity')));
      if (text === undefined) return undefined;
      return broken(path, () => {
        const { host, servers } = identitySchema.parse(JSON.parse(text));
        const certificate = readIfThere(at('certificate')) ?? '';
        const authorities = splitCertificates(readIfThere(at('authorities')) ?? '');
        if (authorities.length === 0) throw new Error('ca.crt has no certificate');
        return { host, servers, certificate, key: keyOf(certificate), authorities };
      });
    },
    joiningKey: () =>
      guarded(() => {
        const known = readIfThere(at('key'));
        if (known !== undefined && isKey(known)) return known;
        const key = createAgentKey();
        writeAtomically(at('key'), key);
        return key;
      }),
    saveJoined: ({ host, servers, certificate, authorities }) =>
      guarded(() => {
        writeAtomically(at('authorities'), authorities.join(''));
        writeAtomically(at('certificate'), certificate);
        // The last one: from here on it has joined.
        writeIdentity(host, servers);
      }),
    saveServers: ({ host }, servers) => guarded(() => writeIdentity(host, servers)),
    nextKey: () =>
      guarded(() => {
        const key = createAgentKey();
        writeAtomically(at('nextKey'), key);
        return key;
      }),
    switchToNext: (certificate, authorities) =>
      guarded(() => {
        writeAtomically(at('authorities'), authorities.join(''));
        // With this the switch is made: at the next load the key beside it is found.
        writeAtomically(at('certificate'), certificate);
        moveAtomically(at('nextKey'), at('key'));
      }),
    markRevoked: () => guarded(() => writeAtomically(at('revoked'), '')),
    isRevoked: () => guarded(() => readIfThere(at('revoked')) !== undefined),
    forget: () =>
      guarded(() => {
        // The identity first: without it the rest means nothing.
        for (const name of ['identity', 'revoked', 'certificate', 'authorities', 'nextKey', 'key'] as const) {
          rmSync(at(name), { force: true });
        }
      }),
    close: () => lock.release(),
  };
}

function prepareFolder(path: string): void {
  makeFolder(path, 0o700);
  if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
  // A folder that others may read is closed where it is ours; where not, the files' own modes protect them.
  if (statSync(path).uid === process.getuid?.()) chmodSync(path, 0o700);
  accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'it, or a part of its path, is not a directory',
  ENOENT: 'no folder can be made there',
};

function guard<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    if (cause instanceof TallymanError) throw cause;
    const reason = words[systemCode(cause) ?? ''] ?? errorText(cause);
    throw new TallymanError(
      'AGENT_DATA_UNUSABLE',
      `the agent cannot keep its state in ${path}: ${reason}; make it writable for this user, or name another folder with --data`,
      { cause },
    );
  }
}

function broken<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw new TallymanError(
      'AGENT_DATA_BROKEN',
      `what ${path} says of the agent cannot be used (${oneLine(errorText(cause))}): restore it from a backup, or empty it and join again with the line of \`tallyman host add\``,
      { cause },
    );
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 200);
}
