import { expect, test } from 'vitest';
import { isAgentTooOld } from './agent-version.ts';

test.each([
  ['1.4.0', '1.4.2', false],
  ['1.3.9', '1.4.0', false],
  ['1.2.9', '1.4.0', true],
  ['v1.2.9', '1.4.0-rc.1', true],
  ['1.5.0', '1.4.0', false],
  ['2.0.0', '1.4.0', false],
  ['0.9.1', '1.0.3', false],
  ['0.9.1', '1.1.0', true],
  ['0.9.1', '2.0.0', true],
  ['1.10.0', '1.9.0', false],
  ['1.9.0', '1.11.0', true],
  ['', '1.4.0', false],
  ['unknown', '1.4.0', false],
  ['1', '1.4.0', false],
  ['1.2.9', 'unknown', false],
])('an agent %s at a server %s', (agent, server, isTooOld) => {
  expect(isAgentTooOld(agent, server)).toBe(isTooOld);
});
