import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadPluginConfig } from '../src/config/plugin-config.ts';
import { environmentNames } from '../src/config/key.ts';
import { pluginKeys } from '../src/config/plugin-keys.ts';
import { pluginMetrics } from '../src/plugin/self-metrics.ts';
import { startCommand } from './rootfs.ts';

interface PluginConfigFile {
  interface: { types: string[]; socket: string };
  entrypoint: string[];
  network: { type: string };
  PropagatedMount: string;
  env: { name: string; value: string; settable: string[] }[];
  mounts: { source: string; destination: string; options: string[]; settable: string[] }[];
  linux: object;
}

const root = new URL('..', import.meta.url);
const config = JSON.parse(readFileSync(new URL('deploy/plugin/config.json', root), 'utf8')) as PluginConfigFile;
const docs = readFileSync(new URL('docs/plugin.md', root), 'utf8');

describe("the plugin's config.json", () => {
  it('asks for no rights beyond the protocol', () => {
    expect(config).toMatchObject({
      interface: { types: ['docker.metricscollector/1.0'] },
      network: { type: 'host' },
      PropagatedMount: '/run/docker',
      linux: { capabilities: [], allowAllDevices: false, devices: [] },
    });
    expect(config.mounts).toHaveLength(1);
    expect(config.mounts[0]).toMatchObject({ source: '/dev/null', options: ['rbind', 'ro'], settable: ['source'] });
    for (const key of ['ipchost', 'pidhost']) expect(config).not.toHaveProperty(key);
  });

  it('names what the program reads', () => {
    const known = Object.values(pluginKeys).flatMap(environmentNames);
    for (const { name, settable } of config.env) {
      expect(known).toContain(name);
      expect(settable).toEqual(['value']);
    }
    expect(pluginKeys['plugin.socket'].default).toBe(`/run/docker/plugins/${config.interface.socket}`);
    const webConfigFile = `--web.config.file=${String(config.mounts[0]?.destination)}`;
    expect(config.entrypoint).toEqual([...startCommand(), 'plugin', webConfigFile]);
  });

  it('has values that the program takes', () => {
    const id = 'ab'.repeat(32);
    const readFile = (path: string): string =>
      path === '/proc/self/mountinfo' ? `1 2 0:1 /docker/plugins/${id} /run/docker/plugins rw - tmpfs t rw\n` : '';
    const argv = config.entrypoint.slice(config.entrypoint.indexOf('plugin') + 1);
    const env = Object.fromEntries(config.env.map(({ name, value }) => [name, value]));
    expect(loadPluginConfig({ argv, env, readFile })).toMatchObject({
      ok: true,
      config: { 'server.address': '127.0.0.1', 'server.port': 9323, 'logging.format': 'text' },
    });
  });
});

describe('docs/plugin.md', () => {
  it.each([...config.env.map(({ name }) => name), 'web-config.source'])('says what %s sets', (name) => {
    expect(docs).toContain(`\`${name}\``);
  });

  it.each(pluginMetrics.filter(({ name }) => name.startsWith('tallyman_')).map(({ name }) => name))(
    'lists %s',
    (name) => {
      expect(docs).toContain(`\`${name}\``);
    },
  );

  it('lists every family that engines were seen to print', () => {
    const recorded = ['20.10', '28.5'].map((version) =>
      readFileSync(new URL(`test/plugin/recorded/docker-${version}.txt`, root), 'utf8'),
    );
    const names = new Set([...recorded.join('\n').matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    const listed = [...docs.matchAll(/`([a-z_]+\*?)`/g)].map(([, name = '']) => name);
    const isListed = (name: string): boolean =>
      listed.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
    expect([...names].filter((name) => !isListed(name))).toEqual([]);
  });
});
