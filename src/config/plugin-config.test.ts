import { describe, expect, it } from 'vitest';
import { loadPluginConfig } from './plugin-config.ts';

const id = 'ab'.repeat(32);
const managed = `1 0 0:1 / / rw - ext4 a rw\n2 1 0:1 /data/propagated-mount /run/docker rw - ext4 a rw\n3 2 0:2 /docker/plugins/${id} /run/docker/plugins rw - tmpfs t rw\n`;
const host = '1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /run rw - tmpfs t rw\n';
const container = '1 0 0:1 / / rw - ext4 a rw\n3 1 0:2 /docker/plugins /run/docker/plugins rw - tmpfs t rw\n';

function load(argv: readonly string[], { env = {}, mounts = managed } = {}): ReturnType<typeof loadPluginConfig> {
  const readFile = (path: string): string => {
    if (path === '/proc/self/mountinfo') return mounts;
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  return loadPluginConfig({ argv, env, readFile });
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

describe('the address', () => {
  it.each([
    [[], '127.0.0.1', 9323],
    [['--listen', '0.0.0.0:80'], '0.0.0.0', 80],
    [['--listen=[::1]:0'], '::1', 0],
    [['--listen', 'localhost:9323'], 'localhost', 9323],
    [['--server.port', '1', '--server.address', '::'], '::', 1],
  ])('%j', (argv, address, port) => {
    expect(settings(argv)).toMatchObject({ 'server.address': address, 'server.port': port });
  });

  it('comes from docker plugin set', () => {
    const env = { PLUGIN_LISTEN: '10.0.0.1:9000', LOG_LEVEL: '' };
    expect(settings([], { env })).toMatchObject({
      'server.address': '10.0.0.1',
      'server.port': 9000,
      'logging.level': 'info',
    });
  });

  it.each([
    '9323',
    ':9323',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:9323',
    '[127.0.0.1]:1',
    '1.2.3:80',
    'a b:1',
    '[]:1',
  ])('%s is none', (text) => {
    expect(faults([`--listen=${text}`])).toEqual([
      expect.stringMatching(/^server\.listen: .* \(flag --listen\) is not an address with a port: use such as/),
    ]);
  });

  it('is given in one way', () => {
    expect(faults(['--listen=127.0.0.1:1', '--server.port=2'])).toEqual([
      'server.listen: 127.0.0.1:1 (flag --listen) cannot be combined with server.port: 2 (flag --server.port): use one',
    ]);
  });
});

describe('the sockets', () => {
  it('are where a managed plugin has them', () => {
    expect(settings([])).toMatchObject({
      'engine.metrics_socket': '/run/docker/metrics.sock',
      'plugin.socket': '/run/docker/plugins/engine-metrics.sock',
      'plugin.standalone': false,
    });
  });

  it.each([
    ['on the host', host, '/run/docker/plugins/engine-metrics.sock'],
    ['below it', host, '/run/docker/plugins/a/a.sock'],
    ['by another way', host, '/var/run/docker/../docker/plugins/a.sock'],
    ['in a container with that folder', container, '/run/docker/plugins/engine-metrics.sock'],
    ['where mounts are not to be seen', '', '/run/docker/plugins/engine-metrics.sock'],
  ])("are never in the engine's folder for legacy plugins: %s", (_, mounts, socket) => {
    expect(faults([`--plugin-socket=${socket}`], { mounts })).toEqual([
      expect.stringContaining(
        "is in the engine's folder for legacy plugins, where one of this type makes the engine hang",
      ),
    ]);
    expect(settings(['--standalone'], { mounts })).toMatchObject({ 'plugin.standalone': true });
    expect(settings(['--plugin-socket=/tmp/a.sock'], { mounts })).toMatchObject({ 'plugin.socket': '/tmp/a.sock' });
  });

  it.each([
    [
      ['--standalone', '--plugin-socket=/tmp/a'],
      'plugin.socket: /tmp/a (flag --plugin-socket) cannot be combined with plugin.standalone: true (flag --standalone): use one',
    ],
    [
      ['--standalone=maybe'],
      'plugin.standalone: maybe (flag --standalone) is neither true nor false: use true or false',
    ],
    [['--standalone', 'yes'], 'yes is not expected: settings are given as --flag=value'],
    [['--metrics-socket='], '--metrics-socket has no value: write --metrics-socket=VALUE'],
    [['--config=none.yaml'], 'configuration file: none.yaml (flag --config) cannot be read: no such file'],
    [
      ['--web.config.file=none.yml'],
      'server.web_config_file: none.yml (flag --web.config.file) cannot be read: no such file',
    ],
  ])('%j is a fault', (argv, line) => {
    expect(faults(argv)).toContain(line);
  });
});

it("does not serve two things at the path of the plugin's own metrics", () => {
  const readFile = (path: string): string => (path === 'a.yaml' ? 'server:\n  health_path: /metrics/self\n' : managed);
  expect(loadPluginConfig({ argv: ['--config=a.yaml'], env: {}, readFile })).toMatchObject({
    faults: ["server.health_path: /metrics/self (a.yaml:2) is the path of the plugin's own metrics: choose another"],
  });
});
