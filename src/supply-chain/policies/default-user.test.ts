import { expect, test } from 'vitest';
import { defaultUser } from './default-user.ts';
import { imageFacts, policyContext } from './test-kit/facts.ts';

const resultFor = (user: string | undefined, config: unknown = {}): string =>
  defaultUser.withConfig(config).evaluate(imageFacts({ user }), policyContext()).result;

test.each(['', ' ', 'root', '0', '00', '0:0', 'root:root', 'root:1000', ':1000', '0:app'])('%j is root', (user) => {
  expect(resultFor(user)).toBe('violated');
});

test.each(['app', '1000', '1000:0', 'app:root', 'Root', '0x0', 'nobody', '65532:65532', '10'])('%j is not', (user) => {
  expect(resultFor(user)).toBe('compliant');
});

test('an unknown user is no data, and the result says how to supply it', () => {
  expect(defaultUser.withConfig({}).evaluate(imageFacts(), policyContext())).toEqual({
    result: 'no-data',
    missing: [expect.stringContaining('push a report')],
  });
});

test('other users may be refused too, and root be let through', () => {
  expect(resultFor('admin', { rootUsers: ['admin'] })).toBe('violated');
  expect(resultFor('root', { rootUsers: [] })).toBe('compliant');
  expect(resultFor('', { rootUsers: [] })).toBe('violated');
});

test('the reason is printable whatever the user is', () => {
  const result = defaultUser
    .withConfig({ rootUsers: ['\u001B[31mroot'] })
    .evaluate(imageFacts({ user: '\u001B[31mroot' }), policyContext());
  expect(result).toEqual({
    result: 'violated',
    reasons: [
      {
        text: 'the user is \u{FFFD}[31mroot: set USER to another in the Dockerfile',
        fix: 'set USER to another in the Dockerfile',
      },
    ],
  });
});
