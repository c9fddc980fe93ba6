import { describe, expect, it } from 'vitest';
import { documentedOptions } from '../../scripts/docs-config.ts';
import { loadAgentConfig } from './agent-config.ts';
import { agentKeys } from './agent-keys.ts';
import { helpText } from './help.ts';

const hex = 'ab'.repeat(32);

function load(argv: readonly string[], env: Record<string, string> = {}, file?: string) {
  const readFile = (): string => {
    if (file === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return file;
  };
  return loadAgentConfig({ argv, env, readFile }, documentedOptions);
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

const joined = {
  'agent.server': ['https://one.example:8443', 'https://two.example'],
  'agent.token': 'secret-token',
  'agent.ca_fingerprint': `sha256:${hex}`,
  'agent.data': '/srv/agent',
};

describe('the line of host add', () => {
  it('is read from flags, --server beside --server.port', () => {
    const argv = [
      ...['--server', 'https://one.example:8443,https://two.example', '--token', 'secret-token'],
      ...['--ca-fingerprint', `sha256:${hex}`, '--data=/srv/agent', '--server.port', '9300'],
    ];
    expect(settings(argv)).toMatchObject({ ...joined, 'server.port': 9300 });
    expect(settings(['--server=https://one.example:8443'])).toMatchObject({ 'server.port': 9200 });
  });

  it('is read from the environment', () => {
    const env = {
      TALLYMAN_AGENT_SERVER: 'https://one.example:8443, https://two.example',
      TALLYMAN_AGENT_TOKEN: 'secret-token',
      TALLYMAN_CA_FINGERPRINT: `SHA256:${(hex.toUpperCase().match(/../g) ?? []).join(':')}`,
      TALLYMAN_AGENT_DATA: '/srv/agent',
    };
    expect(settings([], env)).toMatchObject(joined);
  });

  it("is read from the file that TALLYMAN_AGENT_CONFIG names, with the exporter's sections", () => {
    const file = `agent:
  server:
    - https://one.example:8443
    - https://two.example
  token: secret-token
  ca_fingerprint: sha256:${hex}
  data: /srv/agent
server:
  port: 9300
collection:
  collectors:
    network: false
`;
    const expected = { ...joined, 'server.port': 9300, 'collection.collectors.network': false };
    expect(settings([], { TALLYMAN_AGENT_CONFIG: 'agent.yaml' }, file)).toMatchObject(expected);
    expect(settings(['--config', 'agent.yaml'], {}, file)).toMatchObject(expected);
    expect(settings([], {}, `agent: {}`)).toMatchObject({ 'agent.data': '/var/lib/tallyman-agent' });
  });

  it('may be left out: who has joined needs none', () => {
    expect(settings([])).toMatchObject({
      'agent.server': [],
      'agent.token': '',
      'agent.ca_fingerprint': '',
      'agent.data': '/var/lib/tallyman-agent',
    });
  });
});

describe('faults', () => {
  it.each([
    'http://one.example:8443',
    'one.example:8443',
    'https://one.example/path',
    'https://user@one.example',
    'https://one.example?x=1',
    'https://one.example#x',
    'https://',
    'https://one.example,',
    'https://one.example,ftp://two.example',
  ])('--server=%s', (text) => {
    expect(faults([`--server=${text}`])).toEqual([
      expect.stringMatching(/^agent\.server: .*\(flag --server\) is not a server address: use https:\/\/HOST:PORT/),
    ]);
  });

  it('the same server twice', () => {
    expect(faults(['--server=https://a,https://a'])).toEqual([expect.stringContaining('is in the list twice')]);
  });

  it.each(['sha256:', `sha256:${hex}0`, hex, `sha1:${hex.slice(24)}`, `sha256:${'g'.repeat(64)}`])(
    '--ca-fingerprint=%s',
    (text) => {
      expect(faults([`--ca-fingerprint=${text}`])).toEqual([
        expect.stringContaining('is not a fingerprint: use sha256: and 64 hexadecimal digits'),
      ]);
    },
  );

  it('a folder without a name, and everything the exporter finds', () => {
    const file = 'agent:\n  data: ""\ncollection:\n  interval: 5s\nmetrics:\n  cache:\n    enabled: true\n';
    expect(faults(['--config', 'a.yaml'], {}, file)).toEqual([
      expect.stringContaining('metrics.cache.enabled'),
      expect.stringMatching(/^agent\.data: .*name a folder$/),
    ]);
  });

  it('a token is never shown', () => {
    expect(faults(['--token', 'hunter2', '--tokken', 'hunter2', '--server', 'x']).join('\n')).not.toContain('hunter2');
    expect(faults(['--config=a.yaml'], {}, 'agent:\n  token: [hunter2]\n').join('\n')).not.toContain('hunter2');
  });
});

it("help names the join flags beside the exporter's", () => {
  const help = helpText(agentKeys(documentedOptions), { command: 'tallyman agent', summary: 'agent' });
  for (const flag of ['--server ', '--token ', '--ca-fingerprint ', '--data ', '--server.port '])
    expect(help).toContain(`  ${flag}`);
});
