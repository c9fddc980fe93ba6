import { systemClock } from '../../../base/clock.ts';
import { silentLog } from '../../../base/log.ts';
import { openStore } from '../../../store/open-store.ts';
import { readReport } from '../../../supply-chain/reports/read-report.ts';
import { createIngest } from '../images/ingest.ts';
import { createPolicyReader } from '../images/org-policies.ts';
import { serverWrite } from '../images/write.ts';
import { trivyReport } from './supply-bench.ts';

/** A process that pushes reports until it is killed, and prints the number of each that was taken. */
const log = silentLog();
const [data = ''] = process.argv.slice(2);
const store = await openStore({ data, database: '', role: 'server', secret: undefined, log, clock: systemClock });
const ingest = createIngest({
  store,
  readPolicies: createPolicyReader(log),
  knownExploited: () => undefined,
  isProvisional: false,
});
for (let number = 1; ; number += 1) {
  const findings = Array.from({ length: number }, (_, index) => ({ id: `CVE-2024-${String(index)}`, fixed: '2' }));
  const name = `app-${String(number % 7)}:1`;
  const report = await readReport(Buffer.from(JSON.stringify(trivyReport(name, findings))));
  const write = serverWrite(store, 'report.push');
  await ingest.add({ org: 'acme', report, image: undefined, file: undefined, write });
  process.stdout.write(`${String(number)}\n`);
}
