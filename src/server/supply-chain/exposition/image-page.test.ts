import { afterEach, expect, test } from 'vitest';
import { parseExposition } from '../../../../test/support/exposition-parser.ts';
import { writeExposition } from '../../../metrics/exposition.ts';
import { createSamples } from '../../../metrics/samples.ts';
import type { Principal } from '../../principal.ts';
import { digestOf, openSupplyBench, samplesOf, trivyReport, type SupplyBench } from '../test-kit/supply-bench.ts';

let bench: SupplyBench | undefined;
afterEach(() => bench?.[Symbol.asyncDispose]());

async function open(imageMetrics: { isEnabled: boolean; imagesAtMost: number; vulnerabilitiesAtMost: number }) {
  bench = await openSupplyBench({ config: { imageMetrics } });
  await bench.addOrg('acme');
  return bench;
}

async function page(one: SupplyBench, hosts?: ReadonlySet<string>): Promise<Record<string, number>> {
  const samples = createSamples();
  const principal: Principal = { kind: 'token', name: 't', permissions: new Set(['metrics.read']), hosts };
  await one.supply.collect(samples, principal);
  const text = writeExposition(samples, { format: 'text', namespace: '', globalLabels: '' });
  parseExposition(text, 'prometheus');
  return samplesOf(text);
}

const findings = [
  { id: 'CVE-2024-1', severity: 'CRITICAL', fixed: '2' },
  { id: 'CVE-2024-2', severity: 'CRITICAL' },
  { id: 'CVE-2024-3', severity: 'LOW' },
];
const a = digestOf('a');

test('nothing, unless it is asked for, and nothing for who is limited to hosts', async () => {
  const off = await open({ isEnabled: false, imagesAtMost: 10, vulnerabilitiesAtMost: 10 });
  await off.push(trivyReport('app:1', findings, { digest: a }));
  expect(await page(off)).toEqual({});
  await off[Symbol.asyncDispose]();
  const on = await open({ isEnabled: true, imagesAtMost: 10, vulnerabilitiesAtMost: 10 });
  await on.push(trivyReport('app:1', findings, { digest: a }));
  expect(await page(on, new Set(['web-1']))).toEqual({});
});

test('figures by severity, fixable or not, running or not, and names to join them with', async () => {
  const one = await open({ isEnabled: true, imagesAtMost: 10, vulnerabilitiesAtMost: 0 });
  await one.push(trivyReport('app:1', findings, { digest: a, createdAt: '2026-11-01T00:00:00Z' }));
  one.run({ 'web-1': [{ image: 'app:1' }] });
  const series = await page(one);
  const labels = (more: string) => `{org="acme",digest="${a}",${more}}`;
  expect(series).toMatchObject({
    [`tallyman_image_vulnerabilities${labels('severity="critical",fixable="true",running="true"')}`]: 1,
    [`tallyman_image_vulnerabilities${labels('severity="critical",fixable="false",running="true"')}`]: 1,
    [`tallyman_image_vulnerabilities${labels('severity="high",fixable="true",running="true"')}`]: 0,
    [`tallyman_image_info${labels('repository="docker.io/library/app",tags="1",base="",scanner="Trivy"')}`]: 1,
    [`tallyman_image_scan_timestamp_seconds${labels('running="true"')}`]: Date.parse('2026-11-01T00:00:00Z') / 1000,
    [`tallyman_image_policy_result${labels('id="fixable-vulnerabilities",result="violated",running="true"')}`]: 1,
    [`tallyman_image_omitted_images{org="acme"}`]: 0,
  });
  expect(Object.keys(series).some((name) => name.includes('CVE-'))).toBe(false);
});

test('images and single vulnerabilities are bounded, and what is left out is told', async () => {
  const one = await open({ isEnabled: true, imagesAtMost: 2, vulnerabilitiesAtMost: 4 });
  for (const name of ['a', 'b', 'c']) await one.push(trivyReport(`${name}:1`, findings, { digest: digestOf(name) }));
  const series = await page(one);
  const count = (family: string) => Object.keys(series).filter((name) => name.startsWith(`${family}{`)).length;
  expect(count('tallyman_image_info')).toBe(2);
  expect(count('tallyman_image_vulnerability_info')).toBe(4);
  expect(series).toMatchObject({
    'tallyman_image_omitted_images{org="acme"}': 1,
    'tallyman_image_omitted_vulnerabilities{org="acme"}': 5,
  });
});
