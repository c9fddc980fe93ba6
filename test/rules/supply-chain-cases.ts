import { series } from './exporter-series.ts';
import { allIntervals, type AlertCase, type Labels } from './rule-case.ts';
import { ended, hold, missing } from './timeline.ts';

const acme = { job: 'acme', instance: 'tallyman:8080' };
const production = { ...acme, streamName: 'production' };
const critical = { ...production, severity: 'CRITICAL' };
const policy = {
  ...production,
  id: 'fixable-vulnerabilities',
  displayName: 'No fixable critical or high vulnerabilities',
};
const day = 86_400;

/** The server's own metrics, and an image in them. */
const server = { job: 'tallyman-server', instance: 'tallyman:8080', org: 'acme' };
const image = (name: string, running: string): Labels => ({ ...server, digest: `sha256:${name}`, running });

const newCritical: readonly AlertCase[] = [
  {
    alerts: ['SupplyChainNewCritical'],
    title: 'two more in a stream, told for an hour',
    every: allIntervals,
    input: [
      series('scout_stream_vulnerabilities', critical, hold(3, 60), hold(5, 120)),
      series('scout_stream_vulnerabilities', { ...critical, streamName: 'staging' }, hold(9, 180)),
      series('scout_stream_vulnerabilities', { ...production, severity: 'HIGH' }, hold(3, 60), hold(50, 120)),
    ],
    silent: [58, 122, 170],
    fires: [newAt(62, 2), newAt(115, 2)],
  },
  {
    alerts: ['SupplyChainNewCritical'],
    title: 'fewer, a stream that is new, one that goes, and lost scrapes',
    every: allIntervals,
    input: [
      series('scout_stream_vulnerabilities', critical, hold(5, 60), hold(2, 60), missing(10), hold(2, 50)),
      series('scout_stream_vulnerabilities', { ...critical, streamName: 'new' }, ended(30), hold(7, 150)),
      series('scout_stream_vulnerabilities', { ...critical, streamName: 'gone' }, hold(7, 60), ended(120)),
    ],
    silent: [10, 31, 61, 90, 125, 131, 179],
  },
];

const falling: readonly AlertCase[] = [
  {
    alerts: ['SupplyChainPolicyFalling'],
    title: 'one image of ten complies no more, told for an hour',
    every: allIntervals,
    input: [
      series('scout_policy_compliant_images', policy, hold(8, 60), hold(7, 120)),
      series('scout_policy_evaluated_images', policy, hold(10, 180)),
    ],
    silent: [58, 123, 170],
    fires: [fallingAt(62, '70%'), fallingAt(115, '70%')],
  },
  {
    alerts: ['SupplyChainPolicyFalling'],
    title: 'a new image that violates it',
    input: [
      series('scout_policy_compliant_images', policy, hold(1, 60), hold(1, 60)),
      series('scout_policy_evaluated_images', policy, hold(1, 60), hold(2, 60)),
    ],
    silent: [59],
    fires: [fallingAt(70, '50%')],
  },
  {
    alerts: ['SupplyChainPolicyFalling'],
    title: 'compliant images that go, better ones, and none with a result',
    every: allIntervals,
    input: [
      series('scout_policy_compliant_images', policy, hold(10, 60), hold(5, 60), hold(0, 60)),
      series('scout_policy_evaluated_images', policy, hold(10, 60), hold(5, 60), hold(0, 60)),
      series('scout_policy_compliant_images', { ...policy, streamName: 'staging' }, hold(1, 60), hold(2, 120)),
      series('scout_policy_evaluated_images', { ...policy, streamName: 'staging' }, hold(3, 180)),
    ],
    silent: [30, 61, 90, 121, 170],
  },
];

const tooOld: readonly AlertCase[] = [
  {
    alerts: ['SupplyChainScansTooOld'],
    title: 'two images that run, or may, for more than a week',
    every: allIntervals,
    input: [
      series('tallyman_image_scan_timestamp_seconds', image('a', 'true'), hold(-7 * day + 600, 90)),
      series('tallyman_image_scan_timestamp_seconds', image('b', ''), hold(-30 * day, 90)),
      series('tallyman_image_scan_timestamp_seconds', image('c', 'false'), hold(-30 * day, 90)),
      series('tallyman_image_scan_timestamp_seconds', image('d', 'true'), hold(-6 * day, 90)),
    ],
    silent: [5, 25],
    fires: [
      {
        at: 60,
        labels: server,
        summary: 'Scans of images of acme are too old',
        description: '2 images of acme were scanned more than a week ago.',
      },
    ],
  },
  {
    alerts: ['SupplyChainScansTooOld'],
    title: 'scanned anew in time, and images that do not run',
    every: allIntervals,
    input: [
      series('tallyman_image_scan_timestamp_seconds', image('a', 'true'), hold(-8 * day, 20), hold(0, 70)),
      series('tallyman_image_scan_timestamp_seconds', image('b', 'false'), hold(-30 * day, 90)),
    ],
    silent: [10, 19, 40, 89],
  },
];

export const supplyChainCases: readonly AlertCase[] = [...newCritical, ...falling, ...tooOld];

function newAt(at: number, more: number): NonNullable<AlertCase['fires']>[number] {
  return {
    at,
    labels: critical,
    summary: 'New critical vulnerabilities in production of acme',
    description: `The images of production of acme have ${String(more)} critical vulnerabilities more than within the last hour.`,
  };
}

function fallingAt(at: number, percent: string): NonNullable<AlertCase['fires']>[number] {
  return {
    at,
    labels: policy,
    summary: `Fewer images of production of acme comply with "${policy.displayName}"`,
    description: `${percent} of the images of production of acme comply with the policy fixable-vulnerabilities: fewer than within the last hour.`,
  };
}
