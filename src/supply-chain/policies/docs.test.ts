import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileExpression } from './expression.ts';
import { defineExpressionPolicy } from './expression-policy.ts';
import { policies } from './index.ts';

const page = readFileSync(new URL('../../../docs/policies.md', import.meta.url), 'utf8');

test.each(policies)('docs/policies.md tells $id and all of its settings', ({ id, displayName, defaults }) => {
  const section = page.split('\n### ').find((text) => text.includes(`\n\`${id}\`. `)) ?? '';
  expect(section.split('\n')[0]).toBe(displayName);
  const settings = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map((match) => match[1]);
  expect(settings).toEqual(Object.keys(defaults as object));
});

test('its example of a policy is one', () => {
  const [, json = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
  expect(defineExpressionPolicy(JSON.parse(json)).id).toBe('team-label');
});

test('its examples of expressions are good ones', () => {
  const [, block = ''] = /```text\n([^`]+`latest`[^`]+)```/.exec(page) ?? [];
  const examples = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(examples).toHaveLength(6);
  for (const example of examples) expect(compileExpression(example, 'bool')).not.toHaveProperty('at');
});
