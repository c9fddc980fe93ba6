import type { AuditEntry } from '../store.ts';
import { hashEntry } from './encode-entry.ts';

/** The first bad entry and what is wrong with it. */
export interface ChainFault {
  number: number;
  reason: string;
}

export interface ChainStart {
  firstNumber: number;
  firstPreviousHash: string;
}

export interface ChainCheck {
  /** Checks the next entry; undefined: it fits. Nothing is to be added after a fault. */
  add(entry: AuditEntry): ChainFault | undefined;
  /** Checks that it ends as it should. */
  finish(end: { number: number; hash: string }): ChainFault | undefined;
  /** How many were added. */
  entries(): number;
}

/** Checks entries as they come, each against the one before; `start`, where it is known, says where the chain begins. */
export function createChainCheck(start: ChainStart | undefined): ChainCheck {
  let last: Pick<AuditEntry, 'number' | 'hash'> | undefined;
  let entries = 0;

  const linkFault = ({ number, previousHash }: AuditEntry): ChainFault | undefined => {
    if (last !== undefined && previousHash !== last.hash) {
      // This one is what its hash says, and followed another one: that one was replaced, with a hash made for it.
      return { number: last.number, reason: 'it was replaced: the next one followed another' };
    }
    if (last === undefined && start !== undefined && previousHash !== start.firstPreviousHash) {
      return { number, reason: 'it was replaced: the signed log begins with another' };
    }
    return undefined;
  };

  return {
    add(entry) {
      const misplaced = placeFault(entry.number, last?.number, start?.firstNumber);
      if (misplaced !== undefined) return misplaced;
      if (hashEntry(entry) !== entry.hash) return { number: entry.number, reason: 'it was changed' };
      const fault = linkFault(entry);
      last = { number: entry.number, hash: entry.hash };
      entries += 1;
      return fault;
    },
    finish(end) {
      const lastNumber = last?.number ?? (start?.firstNumber ?? 1) - 1;
      if (lastNumber < end.number) return { number: lastNumber + 1, reason: 'it is missing' };
      if (lastNumber > end.number) return { number: end.number + 1, reason: 'it is not in the signed log' };
      const lastHash = last?.hash ?? start?.firstPreviousHash ?? end.hash;
      if (lastHash === end.hash) return undefined;
      return { number: lastNumber, reason: 'it was replaced: the signed log ends with another' };
    },
    entries: () => entries,
  };
}

function placeFault(number: number, before: number | undefined, first: number | undefined): ChainFault | undefined {
  if (number === before) return { number, reason: 'it is there twice' };
  if (before !== undefined && number < before) return { number, reason: 'it is out of order' };
  const expected = before === undefined ? first : before + 1;
  if (expected === undefined || number === expected) return undefined;
  if (number > expected) return { number: expected, reason: 'it is missing' };
  return { number, reason: 'it is older than where the signed log begins' };
}
