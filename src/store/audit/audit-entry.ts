import { storableText } from '../bindable.ts';
import type { AuditEntryTable } from '../schema.ts';
import type { AuditEntry } from '../store.ts';
import { canonicalJson } from './canonical-json.ts';

const textLength = 512;
const detailLength = 16_384;

/** What an entry says, as it is hashed and stored: whole characters, and bounded whatever it is made of. */
export function entryFacts(
  entry: Pick<AuditEntry, 'actor' | 'action' | 'target' | 'detail'>,
): Pick<AuditEntry, 'actor' | 'action' | 'target'> & { detail: string } {
  const detail = canonicalJson(entry.detail);
  return {
    actor: shorten(entry.actor),
    action: shorten(entry.action),
    target: shorten(entry.target),
    detail: detail.length <= detailLength ? detail : canonicalJson({ leftOut: `${detail.length} characters` }),
  };
}

export function toEntry(row: AuditEntryTable): AuditEntry {
  return { ...row, detail: parseDetail(row.detail) };
}

/** Whether the row's JSON is the one spelling that is written: another one is a change from outside. */
export function isAsWritten(row: AuditEntryTable): boolean {
  try {
    return canonicalJson(JSON.parse(row.detail)) === row.detail;
  } catch {
    return false;
  }
}

function parseDetail(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // changed from outside: it is shown, and found by a check of the log
    return { unreadable: text };
  }
}

function shorten(text: string): string {
  const storable = storableText(text);
  return storable.length <= textLength ? storable : `${storable.slice(0, textLength - 1).toWellFormed()}…`;
}
