import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { builtInRoles, permissions } from '../protocol/permissions.ts';

const page = readFileSync(new URL('../../docs/fleet.md', import.meta.url), 'utf8');

it('docs/fleet.md has the table of the built-in roles as they are', () => {
  const roles = Object.entries(builtInRoles).map(([name, allowed]) => ({ name, allowed: new Set<string>(allowed) }));
  const [head = '', , ...rows] = page
    .split('\n## Roles\n')[1]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
  expect(cells(head).slice(1, 2 + roles.length)).toEqual(['permission', ...roles.map(({ name }) => name)]);
  const documented = rows.slice(0, permissions.length).map((row) => cells(row).slice(1, 2 + roles.length));
  expect(documented).toEqual(
    permissions.map((permission) => [
      `\`${permission}\``,
      ...roles.map(({ allowed }) => (allowed.has(permission) ? 'yes' : 'no')),
    ]),
  );
});
