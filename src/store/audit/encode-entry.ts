import { createHash } from 'node:crypto';
import type { AuditEntry } from '../store.ts';
import { canonicalJson } from './canonical-json.ts';

const version = 1;

/** What the first entry has as the hash before it. */
export const noHash = '0'.repeat(64);

/**
 * The bytes that an entry's hash covers: a version byte, then number, at, actor, action, target, detail (canonical
 * JSON) and the hash before, each as its length (4 bytes, big endian) and its UTF-8 text. No two entries have the same.
 */
export function encodeEntry(entry: Omit<AuditEntry, 'hash'>): Buffer {
  return encodeFields(version, [
    String(entry.number),
    String(entry.at),
    entry.actor,
    entry.action,
    entry.target,
    canonicalJson(entry.detail),
    entry.previousHash,
  ]);
}

/** SHA-256 of it, hexadecimal. */
export function hashEntry(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(encodeEntry(entry)).digest('hex');
}

export function encodeFields(firstByte: number, fields: readonly string[]): Buffer {
  const parts = [Buffer.from([firstByte])];
  for (const field of fields) {
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
