import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLicenseExpression, type LicenseExpression } from './spdx-expression.ts';

const license = (id: string, exception?: string): LicenseExpression => ({ kind: 'license', id, exception });

test.each<[string, LicenseExpression | undefined]>([
  ['MIT', license('MIT')],
  ['(MIT)', license('MIT')],
  ['GPL-2.0+', license('GPL-2.0+')],
  ['GPL-2.0 or later', license('GPL-2.0+')],
  ['GPL-2.0-only WITH Classpath-exception-2.0', license('GPL-2.0-only', 'Classpath-exception-2.0')],
  ['DocumentRef-x:LicenseRef-y', license('DocumentRef-x:LicenseRef-y')],
  ['MIT or Apache-2.0', { kind: 'or', parts: [license('MIT'), license('Apache-2.0')] }],
  [
    'MIT OR BSD-3-Clause AND Apache-2.0',
    { kind: 'or', parts: [license('MIT'), { kind: 'and', parts: [license('BSD-3-Clause'), license('Apache-2.0')] }] },
  ],
  [
    '(MIT OR ISC) AND Zlib',
    { kind: 'and', parts: [{ kind: 'or', parts: [license('MIT'), license('ISC')] }, license('Zlib')] },
  ],
  ['', undefined],
  ['MIT OR', undefined],
  ['OR MIT', undefined],
  ['(MIT', undefined],
  ['MIT)', undefined],
  ['()', undefined],
  ['MIT ISC', undefined],
  ['MIT WITH', undefined],
  ['MIT WITH a WITH b', undefined],
  ['(MIT OR ISC) WITH x', undefined],
  ['MIT++', undefined],
  ['GNU GPL v2', undefined],
  ['MIT/ISC', undefined],
  ['('.repeat(5000), undefined],
  [`${'('.repeat(60)}MIT${')'.repeat(60)}`, license('MIT')],
])('%s', (text, expected) => {
  expect(parseLicenseExpression(text)).toEqual(expected);
});

const id = fc.constantFrom('MIT', 'AGPL-3.0-only', 'GPL-2.0+', 'LicenseRef-x');
const { expression } = fc.letrec<{ expression: LicenseExpression; leaf: LicenseExpression; joined: LicenseExpression }>(
  (tie) => ({
    expression: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('joined')),
    leaf: fc.record({
      kind: fc.constant('license' as const),
      id,
      exception: fc.constantFrom(undefined, 'Classpath-exception-2.0'),
    }),
    joined: fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
  }),
);

function write(value: LicenseExpression): string {
  if (value.kind === 'license') return value.exception === undefined ? value.id : `${value.id} WITH ${value.exception}`;
  return value.parts.map((part) => `(${write(part)})`).join(` ${value.kind.toUpperCase()} `);
}

test('what is written is read back', () => {
  fc.assert(
    fc.property(expression, (value) => {
      expect(parseLicenseExpression(write(value))).toEqual(value);
    }),
  );
});

test('any text gets an answer', () => {
  const words = fc.array(fc.constantFrom('(', ')', 'AND', 'or', 'WITH', 'MIT', ' ', '+', '\0', 'é'), { maxLength: 60 });
  const property = fc.property(
    fc.oneof(
      fc.string(),
      words.map((list) => list.join(' ')),
    ),
    (text) => {
      parseLicenseExpression(text);
    },
  );
  expect(() => fc.assert(property)).not.toThrow();
});
