import type { ImageReply } from '../../protocol/api/supply-chain.ts';
import { severities, type Severity } from '../../supply-chain/report.ts';
import { shownText } from '../cli/shown-text.ts';
import { factLines, tableLines } from '../cli/table.ts';
import { timeText } from '../cli/times.ts';
import { presentCounts } from './image-text.ts';

type Upgrade = ImageReply['upgrades'][number];

/** What one screen takes; --json has the rest. */
const upgradesShown = 10;
const reasonsShown = 10;

/** An image for people: its names, a table of severities, the policies with their reasons, and what to upgrade. */
export function imageLines(image: ImageReply): readonly string[] {
  return [
    ...factLines({
      repository: image.repository,
      tags: image.tags.join(', ') || undefined,
      digest: image.digest.startsWith('tag:') ? undefined : image.digest,
      streams: image.streams.join(', ') || undefined,
      grade: image.grade,
      scanned: timeText(image.scannedAt),
      scanner: image.scanner || undefined,
      'its database': timeText(image.databaseAt),
    }),
    '',
    ...severityLines(image),
    ...policyLines(image.policies),
    ...upgradeLines(image.upgrades),
  ];
}

function severityLines({ vulnerabilities: all, fixable }: ImageReply): readonly string[] {
  if (all === undefined) return ['Never scanned: no report with vulnerabilities has been pushed.'];
  return tableLines(severities, [
    { heading: 'SEVERITY', text: (severity: Severity) => severity },
    { heading: 'VULNERABILITIES', text: (severity: Severity) => String(all[severity]) },
    { heading: 'FIXABLE', text: (severity: Severity) => fixable?.[severity].toString() },
  ]);
}

function policyLines(policies: ImageReply['policies']): readonly string[] {
  if (policies.length === 0) return ['', 'No policy is enabled.'];
  const columns = [
    { heading: 'POLICY', text: ({ id }: ImageReply['policies'][number]) => id },
    { heading: 'RESULT', text: ({ result }: ImageReply['policies'][number]) => result },
  ];
  const [heading = '', ...rows] = tableLines(policies, columns);
  const lines = rows.flatMap((row, index) => [row, ...reasonLines(policies[index]?.reasons ?? [])]);
  return ['', heading, ...lines];
}

function reasonLines(reasons: readonly string[]): readonly string[] {
  const shown = reasons.slice(0, reasonsShown).map((reason) => `  - ${shownText(reason)}`);
  return reasons.length > reasonsShown ? [...shown, '  - and more: see --json'] : shown;
}

function upgradeLines(upgrades: readonly Upgrade[]): readonly string[] {
  if (upgrades.length === 0) return [];
  const more = upgrades.length - upgradesShown;
  return [
    '',
    'What to upgrade, the most useful first:',
    ...tableLines(upgrades.slice(0, upgradesShown), upgradeColumns),
    ...(more > 0 ? [`and ${String(more)} more: see --json`] : []),
  ];
}

const upgradeColumns = [
  { heading: 'PACKAGE', text: (upgrade: Upgrade) => upgrade.package },
  { heading: 'VERSION', text: ({ version }: Upgrade) => version },
  {
    heading: 'UPGRADE TO',
    text: ({ target, fixedVersions }: Upgrade) => target ?? `one of ${fixedVersions.join(', ')}`,
  },
  { heading: 'REMOVES', text: ({ removes }: Upgrade) => presentCounts(removes) },
];
