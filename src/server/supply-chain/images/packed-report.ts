import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { SeenFinding } from '../../../supply-chain/image-facts.ts';
import type { Package, VexStatement } from '../../../supply-chain/report.ts';

/** When a finding was seen that is not in the last report: reports of two scanners may come in turns. */
export type Gone = readonly [key: string, firstSeenAt: number];

/** What is kept of reports; each kind of report fills one of the lists. */
export interface ReportLists {
  findings: readonly SeenFinding[];
  gone: readonly Gone[];
  packages: readonly Package[];
  vex: readonly VexStatement[];
}

const names = ['findings', 'gone', 'packages', 'vex'] as const satisfies readonly (keyof ReportLists)[];

/** So many entries are one line: others have their turn between two lines. */
const entriesPerLine = 1000;
const unpackedAtMost = 1024 * 1024 * 1024;

/** JSON lines of `{"findings": [...]}`, compressed. */
export async function packReport(lists: Partial<ReportLists>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for (const name of names) {
    const entries: readonly unknown[] = lists[name] ?? [];
    for (let start = 0; start < entries.length; start += entriesPerLine) {
      if (parts.length > 0) await nextTurn();
      const line = { [name]: entries.slice(start, start + entriesPerLine) };
      parts.push(Buffer.from(`${JSON.stringify(line)}\n`));
    }
  }
  return await promisify(zstdCompress)(Buffer.concat(parts));
}

export async function unpackReport(data: Uint8Array): Promise<ReportLists> {
  const bytes = await promisify(zstdDecompress)(data, { maxOutputLength: unpackedAtMost });
  const lists: Record<(typeof names)[number], unknown[]> = { findings: [], gone: [], packages: [], vex: [] };
  for (let start = 0; start < bytes.length;) {
    if (start > 0) await nextTurn();
    const end = bytes.indexOf(10, start);
    const line = JSON.parse(bytes.toString('utf8', start, end)) as Partial<ReportLists>;
    for (const name of names) for (const entry of line[name] ?? []) lists[name].push(entry);
    start = end + 1;
  }
  // Nobody but packReport writes it.
  return lists as unknown as ReportLists;
}
