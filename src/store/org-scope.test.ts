import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readOrgScope, writeOrgScope } from './org-scope.ts';

test('whoever the scope names is read as written', () => {
  const name = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.record({ org: name, user: name }), (scope) => {
      expect(readOrgScope(writeOrgScope(scope))).toEqual(scope);
    }),
  );
});

test.each(['', 'acme', 'null', '[]', '{}', '{"org":"acme"}', '{"org":1,"user":"ann"}'])('no scope: %s', (text) => {
  expect(readOrgScope(text)).toBeUndefined();
});
