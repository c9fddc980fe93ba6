import { expect, test } from 'vitest';
import { z } from 'zod';
import { junk, allPaths, replacePlace } from '../../test/support/json-places.ts';
import { loadRecordedAnswers, recordedSets } from '../../test/support/recorded-answers.ts';
import { parseLenient, parseLenientList } from './lenient.ts';
import { listedContainerSchema } from './schemas.ts';

const entry = z.object({ id: z.string(), size: z.number().nullish(), tags: z.array(z.string()).nullish() });

test('one broken field costs that field', () => {
  expect(parseLenient(entry, { id: 'a', size: 'big', tags: ['x', 1, 'y'] })).toEqual({
    value: { id: 'a', tags: ['x', 'y'] },
    faults: 2,
    firstFault: expect.stringMatching(/^size: .*expected number/) as string,
  });
});

test('an entry that cannot do without a broken field goes alone, and its neighbours stay whole', () => {
  const input = [{ id: 'a', size: 1 }, { size: 'x', tags: 7 }, { id: 'b', size: 2, tags: ['t'] }, 5, { id: 'c' }];
  const whole = [{ id: 'a', size: 1 }, { id: 'b', size: 2, tags: ['t'] }, { id: 'c' }];
  expect(parseLenientList(entry, structuredClone(input)).value).toEqual(whole);
  expect(parseLenient(z.array(entry), structuredClone(input)).value).toEqual(whole);
});

test('what is nothing at all is nothing', () => {
  for (const input of [null, 1, 'x', [], undefined]) {
    expect(parseLenient(entry, input)).toMatchObject({ value: undefined, faults: 1 });
  }
  for (const input of [null, 1, 'x', {}, undefined]) {
    expect(parseLenientList(entry, input)).toMatchObject({ value: undefined, faults: 1 });
  }
});

test('a long list of something else is given up early', () => {
  const parsed = parseLenientList(
    entry,
    Array.from({ length: 5_000_000 }, () => 1),
  );
  expect(parsed).toMatchObject({ value: undefined, faults: 1001 });
});

test.each(recordedSets)('%s: wrong types anywhere in the list', (set) => {
  const body = JSON.stringify(loadRecordedAnswers(set).list);
  const whole = parseLenientList(listedContainerSchema, JSON.parse(body)).value ?? [];
  for (const index of [0, 5, whole.length - 1]) {
    for (const path of [[], ...allPaths(whole[index])]) {
      for (const value of junk) {
        const input: unknown = JSON.parse(body);
        replacePlace(input, [index, ...path], value);
        const parsed = parseLenientList(listedContainerSchema, input).value ?? [];
        const others = whole.filter((one) => one !== whole[index]);
        expect(parsed.filter(({ Id }) => others.some((other) => other.Id === Id))).toEqual(others);
      }
    }
  }
});
