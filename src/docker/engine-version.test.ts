import { expect, test } from 'vitest';
import { loadRecordedAnswers, recordedSets } from '../../test/support/recorded-answers.ts';
import { parseEngineHeaders, waitsForTick } from './engine-version.ts';

const lower = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

test.each(recordedSets)('%s', (set) => {
  const isOld = set.startsWith('docker-20.10');
  const seen = parseEngineHeaders(lower(loadRecordedAnswers(set).headers));
  expect(seen).toEqual({
    product: 'Docker',
    version: isOld ? '20.10.24' : '28.5.2',
    apiVersion: isOld ? '1.41' : '1.51',
    os: 'linux',
    clock: undefined,
  });
  expect(waitsForTick(seen)).toBe(isOld);
});

test.each([
  ['Libpod/4.3.1 (linux)', 'Libpod', '4.3.1', false],
  ['Docker/24.0.7 (linux)', 'Docker', '24.0.7', true],
  ['Docker/25.0.0-rc.1 (linux)', 'Docker', '25.0.0', false],
  ['Docker/library-import (linux)', undefined, undefined, false],
  // A proxy that puts its own name there says nothing of the engine.
  ['nginx/1.18.0 (Ubuntu)', undefined, undefined, false],
  ['', undefined, undefined, false],
])('Server: %s', (server, product, version, waits) => {
  const seen = parseEngineHeaders({ server });
  expect([seen.product, seen.version, waitsForTick(seen)]).toEqual([product, version, waits]);
});

test("the engine's clock, where it is readable", () => {
  expect(parseEngineHeaders({ date: 'Sat, 21 Nov 2026 01:33:29 GMT' }).clock).toBe(1795224809);
  expect(parseEngineHeaders({ date: 'yesterday' }).clock).toBeUndefined();
});
