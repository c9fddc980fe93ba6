import { expect, test } from 'vitest';
import { idOf, recordedSets } from '../../test/support/recorded-answers.ts';
import { collectRecorded, valuesOf } from '../../test/support/recorded-observation.ts';
import { pids } from './pids.ts';

test.each(recordedSets)('%s: a limit is there only where there is one', async (set) => {
  const exposition = await collectRecorded(pids, set);
  expect(valuesOf(exposition, 'fx-limited')).toEqual({ container_pids_current: 1, container_pids_limit: 50 });
  // v1 leaves the limit out, v2 says 18446744073709551615.
  expect(valuesOf(exposition, 'fx-io')).toEqual({ container_pids_current: 2 });
  expect(valuesOf(exposition, 'fx-exited')).toEqual({});
});

test('what is not given is absent', async () => {
  const exposition = await collectRecorded(pids, 'docker-28.5-cgroup2', (answers) => {
    answers.stats.set(idOf(answers, 'fx-io'), '{"read":"2026-11-21T01:00:00Z","pids_stats":{"limit":0}}');
  });
  expect(valuesOf(exposition, 'fx-io')).toEqual({});
});
