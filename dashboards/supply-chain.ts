import type { Steps } from './appearance.ts';
import { anyIsBad, anyIsOdd, noSteps, unit } from './appearance.ts';
import { createBoard, side } from './board.ts';
import { stat } from './panels/stat.ts';
import type { ValueColumn } from './panels/table.ts';
import { table } from './panels/table.ts';
import type { Line } from './panels/time-series.ts';
import { timeSeries } from './panels/time-series.ts';
import { select, sumBy } from './promql.ts';
import { complianceSteps, severities, severityColors, share, vulnerabilities } from './supply-chain-metrics.ts';
import { streams } from './variables.ts';

type Severity = (typeof severities)[number];

const stepsOf: Readonly<Record<Severity, Steps>> = {
  CRITICAL: anyIsBad,
  HIGH: anyIsOdd,
  MEDIUM: noSteps,
  LOW: noSteps,
  UNSPECIFIED: noSteps,
};

function wordOf(severity: Severity): string {
  return severity.slice(0, 1) + severity.slice(1).toLowerCase();
}

function ofSeverity(severity: Severity): string {
  return `severity="${severity}"`;
}

function severityColumn(severity: Severity): ValueColumn {
  return {
    title: wordOf(severity),
    expression: vulnerabilities('streamName', ofSeverity(severity)),
    unit: unit.count,
    decimals: 0,
    steps: stepsOf[severity],
  };
}

function severityLine(severity: Severity): Line {
  return {
    expression: vulnerabilities('severity', ofSeverity(severity)),
    legend: '{{severity}}',
    color: severityColors[severity],
  };
}

function overTime(severity: Severity): ReturnType<typeof timeSeries> {
  return timeSeries({
    title: `${wordOf(severity)}, by stream`,
    description: 'Vulnerabilities of this severity in each stream, each counted once for every package that has it.',
    unit: unit.count,
    stepped: true,
    lines: [{ expression: vulnerabilities('streamName', ofSeverity(severity)), legend: '{{streamName}}' }],
  });
}

const ofPolicies = (metric: string): string => sumBy('streamName', select(metric, ['org', 'stream']));

export const supplyChain = createBoard({
  name: 'supply-chain',
  title: 'Supply chain: overview',
  description: 'Vulnerabilities in the images of an organisation, by severity and stream, now and over time.',
  variables: streams,
  range: { from: 'now-7d', refresh: '5m' },
  sections: [
    {
      title: 'Streams',
      lines: [
        side(
          8,
          table({
            title: 'All streams',
            description:
              'A row for each selected stream. Compliance is the share of all results of all policies that are compliant. Click on a stream for its policies.',
            rows: vulnerabilities('streamName'),
            columns: [
              {
                title: 'Stream',
                label: 'streamName',
                link: { title: 'Its policies', dashboard: 'policies', columns: { stream: 'Stream' } },
              },
              ...severities.map(severityColumn),
              {
                title: 'Compliance',
                expression: share(
                  ofPolicies('scout_policy_compliant_images'),
                  ofPolicies('scout_policy_evaluated_images'),
                ),
                unit: unit.share,
                decimals: 0,
                steps: complianceSteps,
                barTo: 1,
              },
            ],
            sortBy: 'Critical',
            descending: true,
          }),
        ),
        side(9, overTime('CRITICAL'), overTime('HIGH')),
      ],
    },
    {
      title: 'Stream $stream',
      repeat: 'stream',
      lines: [
        side(
          4,
          ...severities.slice(0, 4).map((severity) =>
            stat({
              title: wordOf(severity),
              description: `Vulnerabilities of the severity ${severity} in the images of the stream.`,
              unit: unit.count,
              expression: `sum(${select('scout_stream_vulnerabilities', ['org', 'stream'], ofSeverity(severity))})`,
              steps: stepsOf[severity],
            }),
          ),
        ),
        side(
          9,
          timeSeries({
            title: 'Vulnerabilities by severity',
            description:
              'Each vulnerability counts once for every package of every image of the stream that has it. A step up is a new vulnerability, a new image, or a newer report.',
            unit: unit.count,
            stacked: true,
            stepped: true,
            lines: severities.map(severityLine),
          }),
        ),
      ],
    },
  ],
});
