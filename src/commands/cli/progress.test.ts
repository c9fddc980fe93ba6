import { expect, it } from 'vitest';
import { createProgress } from './progress.ts';

it('writes one line over and over, and takes it away in the end', () => {
  const written: string[] = [];
  const progress = createProgress({ write: (text) => written.push(text) });
  progress.clear();
  for (const text of ['10 %', '10 %', '20 %\u001b[2J']) progress.show(text);
  progress.clear();
  progress.clear();
  expect(written).toEqual(['\r\u001b[K10 %', '\r\u001b[K20 %\\u001b[2J', '\r\u001b[K']);
});

it('is silent without a terminal', () => {
  const progress = createProgress(undefined);
  progress.show('10 %');
  progress.clear();
  expect(progress).toBeDefined();
});
