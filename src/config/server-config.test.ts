import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Key } from './key.ts';
import { agentUrls, loadServerConfig } from './server-config.ts';
import { serverKeys } from './server-keys.ts';

function load(argv: readonly string[], env: Readonly<Record<string, string>> = {}, files: Record<string, string> = {}) {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  return loadServerConfig({ argv, env, readFile });
}

function settings(...args: Parameters<typeof load>): Record<string, unknown> {
  const loaded = load(...args);
  if (!loaded.ok) throw new Error(loaded.faults?.join('\n'));
  return loaded.config;
}

function faults(...args: Parameters<typeof load>): readonly string[] {
  const loaded = load(...args);
  return loaded.ok ? [] : (loaded.faults ?? []);
}

const file = `
server: { listen: '127.0.0.1:1', agent_listen: '127.0.0.1:2', data: /a, database: 'postgres://u:p@h/d' }
metrics: { auth: false }
agents: { certificate_lifetime: 400d }
`;

describe('the fixed settings', () => {
  it('have defaults', () => {
    expect(settings([])).toMatchObject({
      'server.listen': '0.0.0.0:8080',
      'server.agent_listen': '0.0.0.0:8443',
      'server.data': '/var/lib/tallyman',
      'server.database': '',
      'metrics.auth': true,
    });
  });

  it('come from the file, the environment and flags, each before the one before', () => {
    const files = { 'server.yaml': file };
    const fromFile = settings(['--config', 'server.yaml'], {}, files);
    expect(fromFile).toMatchObject({
      'server.listen': '127.0.0.1:1',
      'server.agent_listen': '127.0.0.1:2',
      'server.data': '/a',
      'server.database': 'postgres://u:p@h/d',
      'metrics.auth': false,
      'agents.certificate_lifetime': 400 * 86_400_000,
    });
    const env = {
      TALLYMAN_CONFIG: 'server.yaml',
      TALLYMAN_LISTEN: '127.0.0.1:11',
      TALLYMAN_AGENT_LISTEN: '127.0.0.1:12',
      TALLYMAN_DATA: '/b',
      TALLYMAN_DATABASE: 'postgresql://h/e',
      DOCKMESH_METRICS_AUTH: 'true',
    };
    const fromEnv = settings([], env, files);
    expect(fromEnv).toMatchObject({
      'server.listen': '127.0.0.1:11',
      'server.agent_listen': '127.0.0.1:12',
      'server.data': '/b',
      'server.database': 'postgresql://h/e',
      'metrics.auth': true,
    });
    const argv = [
      '--listen=127.0.0.1:21',
      '--agent-listen',
      '[::1]:22',
      '--data',
      '/c',
      '--database',
      'postgres://i/f',
    ];
    expect(settings(argv, env, files)).toMatchObject({
      'server.listen': '127.0.0.1:21',
      'server.agent_listen': '[::1]:22',
      'server.data': '/c',
      'server.database': 'postgres://i/f',
    });
  });
});

describe('faults', () => {
  it.each([
    [['--listen', '8080'], 'server.listen: 8080 (flag --listen) is not an address with a port'],
    [['--listen', '0.0.0.0:8443'], 'is the address of server.listen too: choose another'],
    [['--metrics-listen', '0.0.0.0:8080'], 'is the address of server.listen too: choose another'],
    [['--database', 'mysql://h/d'], 'is no PostgreSQL URL'],
    [['--database', '/a/file.db'], 'is no PostgreSQL URL'],
    [['--agent-url', 'http://a:1'], 'names http://a:1: use https://host:port'],
    [['--agent-url', 'https://a:1/path'], 'names https://a:1/path: use https://host:port'],
    [['--agent-url', 'https://a:1,https://$(b):1'], 'names https://$(b):1: use https://host:port'],
    [['--web.config.file', '/nowhere'], 'cannot be read'],
    [['--nonsense'], 'nonsense'],
  ])('%j', (argv, said) => {
    expect(faults(argv).join('\n')).toContain(said);
  });

  it('a heartbeat so seldom that hosts would be offline between two', () => {
    expect(faults([], { TALLYMAN_HEARTBEAT_INTERVAL: '30s' }).join('\n')).toContain('is too long: use 20s or less');
    expect(faults([], { TALLYMAN_HEARTBEAT_INTERVAL: '20s' })).toEqual([]);
  });

  it('an address or a folder left empty in the file', () => {
    const lines = faults(['--config', 'f'], {}, { f: "server: { listen: '', data: '' }" }).join('\n');
    expect(lines).toContain('server.listen: "" (f:1) is empty: use such as 0.0.0.0:8080');
    expect(lines).toContain("is empty: name a folder for the server's keys and state");
  });

  it('never show a password', () => {
    const env = { TALLYMAN_DATABASE: 'mysql://u:hidden@h/d', TALLYMAN_ADMIN_PASSWORD: 'hidden' };
    const lines = faults([], env);
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('hidden');
  });
});

it('server.example.yaml has every key, with its default', () => {
  const text = readFileSync(new URL('../../server.example.yaml', import.meta.url), 'utf8');
  const loaded = load(['--config', 'f'], {}, { f: text });
  if (!loaded.ok) throw new Error(loaded.faults?.join('\n'));
  const keys = Object.entries<Key<unknown>>(serverKeys);
  const origins: ReadonlyMap<string, string> = loaded.origins;
  expect(keys.filter(([name]) => origins.get(name) === 'default')).toEqual([]);
  expect(loaded.config).toEqual(Object.fromEntries(keys.map(([name, key]) => [name, key.default])));
});

it('takes a list of addresses apart', () => {
  expect(agentUrls(' https://a:1, https://b:2 ,')).toEqual(['https://a:1', 'https://b:2']);
  expect(agentUrls('')).toEqual([]);
});
