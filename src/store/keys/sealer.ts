import { createHash } from 'node:crypto';
import { TallymanError } from '../../base/errors.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';

/** Seals the private keys in the database with the data key. */
export interface Sealer {
  /** For backups. */
  readonly dataKey: Uint8Array;
  seal(name: string, text: string): Uint8Array;
  /** Throws STORE_KEY_WRONG. */
  open(name: string, sealed: Uint8Array): string;
}

export function createSealer(dataKey: Uint8Array): Sealer {
  return {
    dataKey,
    seal: (name, text) => sealBytes(dataKey, purposeOf(name), Buffer.from(text)),
    open(name, sealed) {
      const opened = openBytes(dataKey, purposeOf(name), sealed);
      if (opened !== undefined) return opened.toString('utf8');
      throw new TallymanError(
        'STORE_KEY_WRONG',
        `the key ${name} in the database was changed, or sealed with another data key: restore a backup`,
      );
    },
  };
}

/** Tells data keys apart without telling anything of them. */
export function keyIdOf(dataKey: Uint8Array): string {
  return createHash('sha256').update('tallyman data key\n').update(dataKey).digest('hex').slice(0, 32);
}

function purposeOf(name: string): string {
  return `tallyman sealed key ${name}`;
}
