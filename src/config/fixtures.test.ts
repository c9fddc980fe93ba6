import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixture, faults, loaded } from '../../test/fixtures/config/exporter.ts';

const files = readdirSync(new URL('../../test/fixtures/config', import.meta.url));

describe('configuration files', () => {
  it.each(files.filter((name) => name.endsWith('.good.yaml')))('%s loads', (name) => {
    expect(faults({ argv: ['--config', name] })).toEqual([]);
  });

  it.each(files.filter((name) => name.endsWith('.bad.yaml')))('%s has exactly the faults beside it', (name) => {
    const expected = fixture(name.replace('.yaml', '.faults.txt')).trimEnd().split('\n');
    expect(faults({ argv: ['--config', name] })).toEqual(expected);
  });

  it('reads every kind of value', () => {
    const { config } = loaded({ argv: ['--config', 'full.good.yaml'] });
    expect(config).toMatchObject({
      'server.port': 9300,
      'server.address': '::1',
      'server.tls.enabled': true,
      'docker.api_version': '1.40',
      'collection.interval': 500,
      'collection.timeout': 90_000,
      'collection.collectors.network': false,
      'collection.collectors.cpu': true,
      'collection.filters.include.labels': [{ key: 'com.example.team' }, { key: 'com.example.tier', value: 'front=1' }],
      'collection.filters.include.names': [/^web-/u, /API/iu],
      'collection.filters.exclude.images': [new RegExp('legacy\\-')],
      'metrics.global_labels': { region: 'north', rack: '007', spare: 'true' },
    });
  });

  it('never shows a secret', () => {
    const all = files
      .filter((name) => name.endsWith('.bad.yaml'))
      .flatMap((name) => faults({ argv: ['--config', name] }));
    expect(all.join('\n')).not.toContain('hunter2');
  });
});
