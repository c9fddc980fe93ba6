import { z } from 'zod';
import type { Finding } from '../report.ts';
import type { KnownExploited } from './known-exploited.ts';
import { definePolicy, type PolicyReason } from './policy.ts';
import { printable } from './printable.ts';
import { findingReason, noData, noFindings, violatedBy } from './results.ts';
import { mostSevereFirst } from './severity-order.ts';

/** Those that everybody was asked about when they came. */
const defaultCves: Readonly<Record<string, string>> = {
  'CVE-2014-0160': 'Heartbleed',
  'CVE-2014-6271': 'Shellshock',
  'CVE-2021-44228': 'Log4Shell',
  'CVE-2021-45046': 'Log4Shell',
  'CVE-2022-22965': 'Spring4Shell',
  'CVE-2023-38545': 'curl SOCKS5 heap overflow',
  'CVE-2023-44487': 'HTTP/2 Rapid Reset',
  'CVE-2024-3094': 'XZ backdoor',
  'CVE-2024-47076': 'cups-browsed remote code execution',
  'CVE-2024-47175': 'cups-browsed remote code execution',
  'CVE-2024-47176': 'cups-browsed remote code execution',
  'CVE-2024-47177': 'cups-browsed remote code execution',
  'CVE-2025-55182': 'React2Shell',
};

const idList = z.array(z.string().trim().min(1).max(64).toUpperCase()).max(10_000);

export const highProfileVulnerabilities = definePolicy({
  id: 'high-profile-vulnerabilities',
  displayName: 'No high-profile vulnerabilities',
  doc: 'None of the vulnerabilities that everybody knows is there, nor one that is known to be exploited.',
  config: z.strictObject({
    cves: idList.default(Object.keys(defaultCves)),
    /** Also those in CISA's catalogue, where the server has been given the file. */
    knownExploited: z.boolean().default(true),
    /** Never counted, whatever lists them. */
    except: idList.default([]),
  }),
  evaluate({ findings }, config, { knownExploited }) {
    if (findings === undefined) return noData(noFindings);
    const listed = new Set(config.cves);
    const except = new Set(config.except);
    const catalogue = config.knownExploited ? knownExploited : undefined;
    const found = findings.flatMap((finding) => {
      const ids = idsOf(finding);
      if (ids.some((id) => except.has(id))) return [];
      const id = ids.find((one) => listed.has(one) || catalogue?.entries.has(one));
      return id === undefined ? [] : [{ finding, id }];
    });
    found.sort((a, b) => mostSevereFirst(a.finding, b.finding));
    return violatedBy(found, ({ finding, id }) => reason(finding, id, catalogue));
  },
});

/** Every name of a finding, in capitals as lists have them. */
export function idsOf({ id, aliases }: Finding): string[] {
  return [id, ...aliases].map((one) => one.toUpperCase());
}

function reason(finding: Finding, id: string, catalogue: KnownExploited | undefined): PolicyReason {
  const plain = findingReason(finding);
  const name = Object.hasOwn(defaultCves, id) ? defaultCves[id] : catalogue?.entries.get(id)?.name;
  const alias = id === finding.id.toUpperCase() ? [] : [printable(id)];
  const notes = [...alias, ...(name ? [name] : []), ...(catalogue?.entries.has(id) ? ['known to be exploited'] : [])];
  return notes.length === 0 ? plain : { ...plain, text: `${plain.text} (${notes.join(', ')})` };
}
