import { describe, expect, it } from 'vitest';
import { faults, load, loaded } from '../../test/fixtures/config/exporter.ts';
import { collectorSwitches } from './exporter-keys.ts';

describe('flags', () => {
  it.each([
    [['--sever.port=1'], '--sever.port is not a flag: did you mean --server.port?'],
    [['-config', 'x.yaml'], '-config is not a flag: did you mean --config?'],
    [['-server.port', '1'], '-server.port is not a flag: did you mean --server.port?'],
    [['--xyzzy', 'hunter2'], '--xyzzy is not a flag: see --help'],
    [
      ['--server.auth.password', 'hunter2'],
      '--server.auth.password is not a flag: set server.auth.password in the configuration file',
    ],
    [['--server.web_config_file=x'], '--server.web_config_file is not a flag: did you mean --web.config.file?'],
    [['--server.port'], '--server.port has no value: write --server.port=VALUE'],
    [['--server.port='], '--server.port has no value: write --server.port=VALUE'],
    [['--server.port', '--logging.level=info'], '--server.port has no value: write --server.port=VALUE'],
    [['--server.port=1', '--server.port', '2'], '--server.port is given twice: keep one'],
    [['--config=a.yaml', '--config=b.yaml', '--server.port=x'], '--config is given twice: keep one'],
    [['start'], 'start is not expected: settings are given as --flag=value'],
    [['--server.port', '-1'], 'server.port: -1 (flag --server.port) is not a port: use a whole number from 0 to 65535'],
    [
      ['--docker.host=me:hunter2@host:1'],
      "docker.host: ***@host:1 (flag --docker.host) is not an engine's address: use unix:///var/run/docker.sock, tcp://host:2375 or tcp://host:2376 with TLS",
    ],
    [['--config', 'none.yaml'], 'configuration file: none.yaml (flag --config) cannot be read: no such file'],
    [['--config', 'tls'], 'configuration file: tls (flag --config) cannot be read: it is a directory'],
  ])('%j is a fault', (argv, line) => {
    expect(faults({ argv })).toContain(line);
    expect(faults({ argv }).join('\n')).not.toContain('hunter2');
  });

  it.each([
    [['--help'], 'help'],
    [['-h', '--nonsense'], 'help'],
    [['--version'], 'version'],
    [['--version', '--help', '--server.port=x'], 'help'],
  ])('%j is a request', (argv, request) => {
    expect(load({ argv })).toEqual({ ok: false, request });
  });
});

describe('environment', () => {
  it.each([
    [
      { EXPORTER_PORT: 'tcp://10.0.0.1:9200' },
      'server.port: tcp://10.0.0.1:9200 (environment EXPORTER_PORT) is not a port: use a whole number from 0 to 65535',
    ],
    [
      { EXPORTER_CONFIG: 'none.yaml' },
      'configuration file: none.yaml (environment EXPORTER_CONFIG) cannot be read: no such file',
    ],
    [
      { WEB_CONFIG_FILE: 'none.yml' },
      'server.web_config_file: none.yml (environment WEB_CONFIG_FILE) cannot be read: no such file',
    ],
    [
      { DOCKER_API_VERSION: 'v1.41' },
      'docker.api_version: v1.41 (environment DOCKER_API_VERSION) is not an Engine API version: use one like 1.41, or leave it empty to negotiate',
    ],
    [
      { COLLECTION_TIMEOUT: 'nan' },
      'collection.timeout: nan (environment COLLECTION_TIMEOUT) is not a duration: use seconds (0, 15, 0.5) or text such as 500ms, 30s, 1m30s, 1h',
    ],
  ])('%j is a fault', (env, line) => {
    expect(faults({ env })).toEqual([line]);
  });
});

describe('checks', () => {
  it('checks every source, also an overridden one', () => {
    expect(faults({ yaml: 'server: {port: x}', env: { EXPORTER_PORT: 'y' }, argv: ['--server.port=1'] })).toEqual([
      'server.port: x (config.yaml:1) is not a port: use a whole number from 0 to 65535',
      'server.port: y (environment EXPORTER_PORT) is not a port: use a whole number from 0 to 65535',
    ]);
  });

  it('leaves out a check whose key is at fault itself', () => {
    expect(faults({ yaml: 'metrics:\n  cache: {enabled: true, ttl: x}\n' })).toHaveLength(1);
  });

  it('names the path that a user chose, not the default it meets', () => {
    expect(faults({ yaml: 'server: {metrics_path: /ready}' })).toEqual([
      'server.metrics_path: /ready (config.yaml:1) is the path of server.ready_path too: choose another',
    ]);
  });

  it('asks for all that authentication and TLS need', () => {
    expect(faults({ yaml: 'server:\n  auth: {enabled: on}\n  tls: {enabled: on}\n' })).toEqual([
      'server.tls.enabled: on (config.yaml:3) leaves TLS half-configured: set server.tls.cert_file and server.tls.key_file',
      'server.auth.enabled: on (config.yaml:2) leaves authentication half-configured: set server.auth.username and server.auth.password',
    ]);
  });

  it('refuses TLS files, and a user, that are not switched on', () => {
    const yaml = 'server:\n  tls: {key_file: tls/server.key.pem}\n  auth: {username: me}\n';
    expect(faults({ yaml })).toEqual([
      'server.tls.key_file: tls/server.key.pem (config.yaml:2) leaves TLS half-configured: set server.tls.enabled to true, or remove server.tls.key_file',
      'server.auth.username: me (config.yaml:3) leaves authentication half-configured: set server.auth.enabled to true, or remove server.auth.username',
    ]);
  });
});

describe('files', () => {
  it('refuses one that is too large', () => {
    expect(faults({ yaml: `# ${'x'.repeat(1024 * 1024)}` })).toEqual([
      'config.yaml is larger than 1 MiB: no configuration is',
    ]);
  });

  it.each([['['], ['{a: ']])('refuses one nested without end by %s', (open) => {
    expect(faults({ yaml: open.repeat(100_000) })).toHaveLength(1);
  });

  it('knows the collectors that are switched off', () => {
    const { config } = loaded({ yaml: 'collection:\n  collectors: {cpu: off}\n' });
    expect(collectorSwitches(config)).toMatchObject({ cpu: false, memory: true });
    expect(Object.keys(collectorSwitches(config))).toHaveLength(11);
  });
});
