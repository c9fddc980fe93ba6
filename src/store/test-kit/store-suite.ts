import { describe } from 'vitest';
import { auditSuite } from './audit-suite.ts';
import { backupSuite } from './backup-suite.ts';
import type { MakeBench } from './bench.ts';
import { fleetSuite } from './fleet-suite.ts';
import { identitySuite } from './identity-suite.ts';
import { samplesSuite } from './samples-suite.ts';
import { supplyChainSuite } from './supply-chain-suite.ts';
import { transactionSuite } from './transaction-suite.ts';

/** What a store has to do, on whatever database. */
export function storeSuite(makeBench: MakeBench): void {
  describe('a store', () => {
    identitySuite(makeBench);
    fleetSuite(makeBench);
    samplesSuite(makeBench);
    supplyChainSuite(makeBench);
    transactionSuite(makeBench);
    auditSuite(makeBench);
    backupSuite(makeBench);
  });
}
