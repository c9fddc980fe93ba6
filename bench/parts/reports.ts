import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { readReport } from '../../src/supply-chain/reports/read-report.ts';
import type { Figure } from '../figure.ts';
import type { Part } from '../part.ts';
import { anonymousBytes } from '../process-memory.ts';

const mostBytes = 200 * 1024 * 1024;
const mostMb = 300;
/** The options that bin/tallyman gives Node.js. */
const nodeOptions = ['--max-semi-space-size=4', '--heap-growing-percent=10'];

interface Reading {
  findings: number;
  ms: number;
  peakBytes: number;
  /** The longest time in which nothing else had its turn. */
  longestMs: number;
}

export const reports: Part = {
  name: 'reports',
  title: 'Reading a vulnerability report, in a process of its own',
  requirements: [],
  async *measure({ quick }) {
    for (const bytes of quick ? [1e6, 20e6] : [1e6, 20e6, mostBytes - 1e6]) yield* measureReading(bytes);
  },
};

async function* measureReading(bytes: number): AsyncIterable<Figure> {
  const reader = spawn(process.execPath, [...nodeOptions, import.meta.filename, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { findings, ms, peakBytes, longestMs } = (await json(reader.stdout)) as Reading;
  const what = `${String(Math.round(bytes / 1e6))} MB`;
  yield { what: `${what}, time`, value: ms, unit: 'ms', detail: `${String(findings)} findings` };
  yield { what: `${what}, longest time without a turn for others`, value: longestMs, unit: 'ms' };
  yield { what: `${what}, memory of the process at its most`, value: peakBytes / 1e6, unit: 'MB', atMost: mostMb };
}

/** A report of Trivy: per finding as long as real ones are, with as much in it that does not count. */
async function* makeReport(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"SchemaVersion": 2, "ArtifactName": "a:1", "Results": [{"Target": "a", "Vulnerabilities": [\n');
  let length = 0;
  for (let index = 0; length < bytes - 5000; index += 1) {
    const vulnerability = {
      VulnerabilityID: `CVE-2024-${String(index % 5000)}`,
      PkgName: `package-${String(index)}`,
      PkgIdentifier: { PURL: `pkg:npm/package-${String(index)}@1.2.3` },
      InstalledVersion: '1.2.3',
      FixedVersion: '1.2.4',
      Status: 'fixed',
      Severity: index % 3 === 0 ? 'HIGH' : 'MEDIUM',
      PrimaryURL: `https://avd.aquasec.com/nvd/cve-2024-${String(index % 5000)}`,
      Title: `a title of vulnerability ${String(index % 5000)}`,
      Description: 'Some words about it. '.repeat(50),
      CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', V3Score: 7.5 } },
      References: Array.from(
        { length: 15 },
        (_, at) => `https://example.com/${String(index)}/references/${String(at)}`,
      ),
      PublishedDate: '2024-08-03T14:15:08.233Z',
    };
    const part = Buffer.from(`${index === 0 ? '' : ',\n'}${JSON.stringify(vulnerability, undefined, 2)}`);
    length += part.length;
    yield part;
  }
  yield Buffer.from(']}]}');
}

async function readMadeReport(bytes: number): Promise<Reading> {
  let [peakBytes, longestMs, last] = [0, 0, performance.now()];
  const look = () => {
    const now = performance.now();
    peakBytes = Math.max(peakBytes, anonymousBytes(process.pid));
    [longestMs, last] = [Math.max(longestMs, now - last), now];
  };
  const timer = setInterval(look, 5);
  const started = performance.now();
  const { findings = [] } = await readReport(makeReport(bytes));
  const ms = performance.now() - started;
  clearInterval(timer);
  look();
  return { findings: findings.length, ms, peakBytes, longestMs };
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await readMadeReport(Number(process.argv[2]))));
}
