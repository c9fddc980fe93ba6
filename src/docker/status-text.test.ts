import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadRecordedAnswers, recordedSets } from '../../test/support/recorded-answers.ts';
import { statusFacts } from './status-text.ts';

test.each([
  ['Up 5 minutes (healthy)', 'healthy', undefined],
  ['Up 6 minutes (unhealthy)', 'unhealthy', undefined],
  ['Up Less than a second (health: starting)', 'starting', undefined],
  ['Up 5 minutes (starting)', 'starting', undefined],
  ['Up 10 minutes', undefined, undefined],
  ['Up 10 minutes (Paused)', undefined, undefined],
  ['Created', undefined, undefined],
  ['Exited (3) 2 hours ago', undefined, 3],
  ['Exited (-1) 2 hours ago', undefined, -1],
  ['Restarting (1) 4 seconds ago', undefined, 1],
  ['Removal In Progress', undefined, undefined],
  ['Dead', undefined, undefined],
  ['', undefined, undefined],
])('%s', (text, health, exitCode) => {
  expect(statusFacts(text)).toEqual({ health, exitCode });
});

test('what the list and inspect said of exit codes at the same time is the same', () => {
  for (const set of recordedSets) {
    const { list, inspects } = loadRecordedAnswers(set);
    for (const { Id, State, Status } of list.filter((entry) => entry.State === 'exited')) {
      const inspect = JSON.parse(inspects.get(Id) ?? '') as { State: { ExitCode: number } };
      expect([State, statusFacts(Status).exitCode]).toEqual(['exited', inspect.State.ExitCode]);
    }
  }
});

test('any text is read in no time', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof statusFacts(`Up ${text}`) === 'object'));
  expect(statusFacts(`Up ${'('.repeat(1_000_000)}`).health).toBeUndefined();
});
