import { expect, test } from 'vitest';
import { createSamples, type Samples } from '../../metrics/samples.ts';
import { createProcessCounters, type ProcessCounters } from './process-counters.ts';

function own(process: ProcessCounters): Map<string, Map<string, number>> {
  const samples: Samples = createSamples();
  process.collectOwn(samples);
  return new Map(
    [...samples.families()].map(([{ name }, { labels, values }]) => [
      name,
      new Map(labels.map((label, i) => [label, values[i] ?? Number.NaN])),
    ]),
  );
}

test('whatever is counted, the number of series has an end, and what is past it is told', () => {
  const process = createProcessCounters();
  const { counters } = process;
  for (let i = 0; i < 10_000; i += 1) {
    counters.apiRequest('GET', `/${String(i)}`, 200);
    counters.refused(`reason ${String(i)}`);
    counters.samplesDropped(2, `reason ${String(i)}`);
    counters.roundTrip(`host-${String(i)}`, 0.1);
  }
  counters.apiRequest('GET', '/0', 200);
  const families = own(process);
  expect(families.get('dockmesh_api_requests_total')?.size).toBe(2000);
  expect(families.get('dockmesh_api_requests_total')?.get('method="GET",path="/0",status="200"')).toBe(2);
  expect(families.get('tallyman_agent_refusals_total')?.size).toBe(200);
  const refused = families.get('tallyman_metric_label_sets_refused_total');
  expect(refused?.get('family="dockmesh_api_requests_total"')).toBe(8000);
  expect(refused?.get('family="dockmesh_agent_rtt_seconds"')).toBe(5000);
  const hosts = createSamples();
  process.collectOfHosts(hosts, () => true);
  expect(hosts.size()).toBe(5000);
});

test('samples received are there from the start, so that a rate has a beginning', () => {
  const received = own(createProcessCounters()).get('tallyman_agent_samples_received_total');
  expect(received).toEqual(new Map([['late="false"', 0], ['late="true"', 0]])); // prettier-ignore
});

test('a host that is forgotten begins anew', () => {
  const process = createProcessCounters();
  const { counters } = process;
  counters.roundTrip('a "quoted" one', 1);
  counters.forgetHost('a "quoted" one');
  counters.roundTrip('a "quoted" one', 2);
  const samples = createSamples();
  process.collectOfHosts(samples, (host) => host === 'a "quoted" one');
  expect([...samples.families()][0]?.[1]).toMatchObject({ values: [1], histograms: [{ sum: 2 }] });
});
