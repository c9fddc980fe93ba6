import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { callFailures } from '../src/docker/engine-call.ts';

const root = new URL('..', import.meta.url).pathname;
const page = readFileSync(`${root}docs/errors.md`, 'utf8');

function codesInSources(): string[] {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
  const codes = sources.flatMap((path) => {
    const text = readFileSync(root + path, 'utf8');
    return [
      ...text.matchAll(
        /(?:new TallymanError\(|super\(|fail\(|denied\(|unauthorized\(|new ApiProblem\(\s*\d+,)\s*'([A-Z][A-Z_]+)'/g,
      ),
    ].map((match) => match[1] ?? '');
  });
  return [...new Set(codes)];
}

it('docs/errors.md lists every code that the sources throw, and no other', () => {
  const documented = [...page.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map((match) => match[1]);
  expect(new Set(documented)).toEqual(new Set(codesInSources()));
});

it('docs/errors.md lists every reason of a failed call, and no other', () => {
  const documented = [...page.matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1]);
  expect(documented).toEqual([...callFailures]);
});
