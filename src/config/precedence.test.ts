import { describe, expect, it } from 'vitest';
import { loaded, testOptions } from '../../test/fixtures/config/exporter.ts';
import { exporterKeys } from './exporter-keys.ts';
import type { Key } from './key.ts';

/** For every key with a variable or a flag: a text for the file, the environment and the flag, and what each means. */
const samples: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  'server.port': [
    ['1', 1],
    ['2', 2],
    ['3', 3],
  ],
  'server.address': [
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.2', '10.0.0.2'],
    ['10.0.0.3', '10.0.0.3'],
  ],
  'server.metrics_path': [
    ['/a', '/a'],
    ['/b', '/b'],
  ],
  'server.web_config_file': [
    ['full.good.yaml', 'full.good.yaml'],
    ['empty.good.yaml', 'empty.good.yaml'],
    ['tls/garbage.pem', 'tls/garbage.pem'],
  ],
  'docker.host': [
    ['tcp://a', 'tcp://a'],
    ['tcp://b', 'tcp://b'],
    ['tcp://c', 'tcp://c'],
  ],
  'docker.api_version': [
    ['1.40', '1.40'],
    ['1.41', '1.41'],
  ],
  'engine.metrics_socket': [
    ['/a', '/a'],
    ['/b', '/b'],
  ],
  'collection.interval': [
    ['1s', 1000],
    ['2', 2000],
  ],
  'collection.timeout': [
    ['1s', 1000],
    ['2', 2000],
  ],
  'logging.level': [
    ['debug', 'debug'],
    ['warn', 'warn'],
    ['error', 'error'],
  ],
  'logging.format': [
    ['json', 'json'],
    ['text', 'text'],
    ['json', 'json'],
  ],
  'performance.max_concurrent': [
    ['1', 1],
    ['2', 2],
  ],
};

const keys = Object.entries<Key<unknown>>(exporterKeys(testOptions)).filter(
  ([, key]) => typeof key.env === 'string' || key.flag !== undefined,
);

describe('precedence', () => {
  it('has a sample for every key with a variable or a flag', () => {
    expect(Object.keys(samples).toSorted()).toEqual(keys.map(([name]) => name).toSorted());
  });

  it.each(keys)('of %s is default, file, environment, flag', (name, key) => {
    const [file, environment, flag] = samples[name] ?? [];
    const variable = typeof key.env === 'string' ? key.env : 'NONE';
    const [section = '', ...rest] = name.split('.');
    const yaml = `${section}:\n  ${rest.join('.')}: ${file?.[0] ?? ''}\n`;
    const env = { [variable]: environment?.[0] ?? '' };
    const value = (given: Parameters<typeof loaded>[0]): unknown[] => {
      const result = loaded(given);
      const found: Readonly<Record<string, unknown>> = result.config;
      const origins: ReadonlyMap<string, string> = result.origins;
      return [found[name], origins.get(name), result.explicit(name as 'server.port')];
    };

    expect(value({ env: { [variable]: '' } })).toEqual([key.default, 'default', false]);
    expect(value({ yaml })).toEqual([file?.[1], 'config.yaml:2', true]);
    expect(value({ yaml, env })).toEqual([environment?.[1], `environment ${variable}`, true]);
    if (key.flag === undefined) return;
    expect(value({ yaml, env, argv: [`--${key.flag}=${flag?.[0] ?? ''}`] })).toEqual([
      flag?.[1],
      `flag --${key.flag}`,
      true,
    ]);
    expect(value({ yaml, env, argv: [`--${key.flag}`, flag?.[0] ?? ''] })).toEqual([
      flag?.[1],
      `flag --${key.flag}`,
      true,
    ]);
  });

  it('takes the configuration file from --config before EXPORTER_CONFIG', () => {
    const files = { 'a.yaml': 'server: {port: 1}', 'b.yaml': 'server: {port: 2}' };
    expect(loaded({ files, env: { EXPORTER_CONFIG: 'a.yaml' } }).config['server.port']).toBe(1);
    const both = loaded({ files, env: { EXPORTER_CONFIG: 'a.yaml' }, argv: ['--config', 'b.yaml'] });
    expect(both.config['server.port']).toBe(2);
    expect(both.configFile).toBe('b.yaml');
  });
});
