import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { errorText } from '../base/errors.ts';
import type { KeyName } from './key.ts';
import { defineCheck, type Check, type Settings } from './settings.ts';
import { systemWords } from './system-words.ts';

/** The file that a key names can be read; a key left empty names none. */
export function readableFile<T>(key: KeyName<T>): Check<T> {
  return defineCheck([key], (settings) => {
    const path = pathOf(settings, key);
    if (path === '') return [];
    try {
      settings.readFile(path);
      return [];
    } catch (error) {
      return [`${settings.subject(key)} cannot be read: ${systemWords(error)}`];
    }
  });
}

/** A PEM file has at least one certificate in it. Unreadable files are left to `readableFile`. */
export function certificateFile<T>(key: KeyName<T>): Check<T> {
  return defineCheck([key], (settings) => certificateFaults(settings, key));
}

/** Two PEM files are a certificate and its private key. Unreadable files are left to `readableFile`. */
export function tlsPair<T>(certKey: KeyName<T>, keyKey: KeyName<T>): Check<T> {
  return defineCheck([certKey, keyKey], (settings) => {
    const cert = contentOf(settings, certKey);
    const key = contentOf(settings, keyKey);
    const faults = [...certificateFaults(settings, certKey), ...privateKeyFaults(settings, keyKey)];
    if (cert === undefined || key === undefined || faults.length > 0) return faults;
    const reason = failure(() => createSecureContext({ cert, key }));
    if (reason === undefined) return [];
    return [`${settings.subject(certKey)} does not go with ${settings.subject(keyKey)}: ${reason}`];
  });
}

function certificateFaults<T>(settings: Settings<T>, key: KeyName<T>): string[] {
  const content = contentOf(settings, key);
  if (content === undefined) return [];
  const reason = failure(() => new X509Certificate(content));
  return reason === undefined ? [] : [`${settings.subject(key)} is not a PEM file with a certificate: ${reason}`];
}

function privateKeyFaults<T>(settings: Settings<T>, key: KeyName<T>): string[] {
  const content = contentOf(settings, key);
  if (content === undefined) return [];
  const isEncrypted = /^(?:-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED)/m.test(content);
  const reason = isEncrypted ? 'it is encrypted' : failure(() => createPrivateKey(content));
  return reason === undefined ? [] : [`${settings.subject(key)} is not a PEM file with a private key: ${reason}`];
}

function contentOf<T>(settings: Settings<T>, key: KeyName<T>): string | undefined {
  const path = pathOf(settings, key);
  if (path === '') return undefined;
  try {
    return settings.readFile(path);
  } catch {
    return undefined;
  }
}

function pathOf<T>(settings: Settings<T>, key: KeyName<T>): string {
  const value: unknown = settings.config[key];
  return typeof value === 'string' ? value : '';
}

/** OpenSSL says `error:0480006C:PEM routines::no start line`; the last part is the reason. */
function failure(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return errorText(error).split('::').at(-1)?.toLowerCase();
  }
}
