import { makeSqliteBench } from './test-kit/bench.ts';
import { storeSuite } from './test-kit/store-suite.ts';

storeSuite(makeSqliteBench);
