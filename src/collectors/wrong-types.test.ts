import { expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { junk, allPaths, replacePlace } from '../../test/support/json-places.ts';
import { loadRecordedAnswers, recordedSets } from '../../test/support/recorded-answers.ts';
import { observeRecorded, recordedClock } from '../../test/support/recorded-observation.ts';
import { silentLog } from '../base/log.ts';
import { parseLenient } from '../docker/lenient.ts';
import type { Observation } from '../docker/observation.ts';
import { containerInspectSchema, containerStatsSchema } from '../docker/schemas.ts';
import type { Samples } from '../metrics/samples.ts';
import { collectors } from './index.ts';
import { createCollectorRunner } from './run.ts';

test.each(recordedSets)('%s: wrong types anywhere in statistics or inspect', async (set) => {
  const { observation, calls } = await observeRecorded(loadRecordedAnswers(set));
  const runner = createCollectorRunner({
    collectors: collectors.filter(({ needs }) => needs.stats === true || needs.inspect === true),
    groups: [],
    labels: { containerId: false, containerLabels: [] },
    calls,
    clock: recordedClock,
    log: silentLog(),
  });
  const { stats, inspects } = loadRecordedAnswers(set);
  const run = (container: Observation['containers'][number]): Map<string, number> =>
    samplesOf(runner.run({ ...observation, containers: [container] }));

  const names = ['fx-limited', 'fx-io', 'fx-multinet', 'fx-unhealthy', 'fx-exited'];
  for (const container of observation.containers.filter(({ name }) => names.includes(name))) {
    const whole = run(container);
    const check = (
      name: 'stats' | 'inspect',
      schema: ZodType<NonNullable<typeof container.stats | typeof container.inspect>>,
      body: string,
    ): void => {
      const known = allPaths(schema.parse(JSON.parse(body)));
      for (const path of known) {
        for (const value of junk) {
          const input: unknown = JSON.parse(body);
          const before = replacePlace(input, path, value);
          const parsed = parseLenient(schema, input);
          // Another value of the right type is not wrong: -1 is, everywhere but as an exit code.
          if (value !== -1 && typeof value !== 'object' && typeof value === typeof before) continue;
          if (path.at(-1) === 'ExitCode') continue;
          if (value !== null && typeof value !== typeof before && typeof before !== 'object') {
            expect([path.join('.'), value, parsed.faults > 0]).toEqual([path.join('.'), value, true]);
          }
          // Whatever is still said was said: less can be known, nothing else.
          for (const [series, number] of run({ ...container, [name]: parsed.value })) {
            if (!isDerived(series)) expect([series, number]).toEqual([series, whole.get(series)]);
            expect(number).toBeGreaterThanOrEqual(0);
          }
        }
      }
    };
    if (container.stats !== undefined) check('stats', containerStatsSchema, stats.get(container.id) ?? '');
    check('inspect', containerInspectSchema, inspects.get(container.id) ?? '');
  }
});

/** Numbers that fall back on others: the working set on the usage, labels of the info on nothing. */
function isDerived(series: string): boolean {
  return /^container_(memory_(working_set|cache|rss|swap)_bytes|info|exit_code|health_status)\b/.test(series);
}

function samplesOf(samples: Samples): Map<string, number> {
  const found = [...samples.families()].flatMap(([{ name }, { labels, values }]) =>
    values.map((value, index) => [`${name}{${labels[index] ?? ''}}`, value] as const),
  );
  return new Map(found.filter(([name]) => name.startsWith('container_')));
}
