import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cliKeys } from './cli-keys.ts';
import { environmentNames, type Key } from './key.ts';
import { loadConfig } from './load.ts';
import { serverKeys } from './server-keys.ts';

const page = readFileSync(new URL('../../docs/fleet.md', import.meta.url), 'utf8');

describe('the keys of the commands', () => {
  it.each(Object.entries<Key<string>>(cliKeys))('%s stands in docs/fleet.md', (_, key) => {
    for (const name of environmentNames(key)) expect(page).toContain(name);
    if (key.flag !== undefined) expect(page).toContain(`--${key.flag}`);
  });

  it.each(['data', 'database', 'secret'] as const)('%s is what the server is given too', (name) => {
    expect(cliKeys[`cli.${name}`].env).toBe(serverKeys[`server.${name}`].env);
    expect(Reflect.get(cliKeys[`cli.${name}`], 'flag')).toBe(Reflect.get(serverKeys[`server.${name}`], 'flag'));
  });
});

describe("the server's address", () => {
  it.each([
    ['http://a', 'http://a'],
    ['http://a:8080/', 'http://a:8080'],
    ['https://a/tally//', 'https://a/tally'],
    ['HTTPS://A:443', 'https://a'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['', ''],
  ])('%j is %j', (given, expected) => {
    const env = { TALLYMAN_SERVER: given };
    expect(loadConfig(cliKeys, { argv: [], env })).toMatchObject({ ok: true, config: { 'cli.server': expected } });
  });

  it.each([
    'a',
    'a:8080',
    '//a',
    'unix:///run/a.sock',
    'http://',
    'http://u@a',
    'http://a?b',
    'http://a#b',
    'http://a b',
  ])('%j is none', (given) => {
    expect(loadConfig(cliKeys, { argv: [], env: { TALLYMAN_SERVER: given } })).toMatchObject({ ok: false });
  });
});

it('secrets are not shown in faults', () => {
  const argv = ['--token=hunter2', '--token=hunter2', '--database=hunter2', '--database='];
  const loaded = loadConfig(cliKeys, { argv, env: {} });
  expect(loaded.ok).toBe(false);
  expect(JSON.stringify(loaded)).not.toContain('hunter2');
});
