import { sign, verify, type KeyObject } from 'node:crypto';
import { encodeFields } from './encode-entry.ts';

export interface HeadFacts {
  number: number;
  hash: string;
  firstNumber: number;
  firstPreviousHash: string;
}

const version = 1;

/** Ed25519, base64. */
export function signHead(key: KeyObject, head: HeadFacts): string {
  return sign(null, encodeHead(head), key).toString('base64');
}

export function isHeadSigned(publicKey: KeyObject, head: HeadFacts, signature: string): boolean {
  return verify(null, encodeHead(head), publicKey, Buffer.from(signature, 'base64'));
}

/** Begins unlike an entry, so that neither can pass for the other. */
function encodeHead({ number, hash, firstNumber, firstPreviousHash }: HeadFacts): Buffer {
  return encodeFields(version, ['tallyman audit head', String(number), hash, String(firstNumber), firstPreviousHash]);
}
