import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configDocs, documentedOptions } from '../../scripts/docs-config.ts';
import { loadExporterConfig } from './exporter-config.ts';
import { exporterKeys } from './exporter-keys.ts';
import { helpText } from './help.ts';
import type { Key } from './key.ts';

const project = new URL('../../', import.meta.url);
const table = exporterKeys(documentedOptions);
const keys = Object.entries<Key<unknown>>(table);

describe('what is derived from the table', () => {
  it('docs/config.md is current (npm run docs)', () => {
    expect(readFileSync(new URL('docs/config.md', project), 'utf8')).toBe(configDocs());
  });

  it('config.example.yaml has every key, with its default', () => {
    const readFile = (): string => readFileSync(new URL('config.example.yaml', project), 'utf8');
    const result = loadExporterConfig({ argv: ['--config=example'], env: {}, readFile }, documentedOptions);
    if (!result.ok) throw new Error(result.faults?.join('\n'));
    const origins: ReadonlyMap<string, string> = result.origins;
    expect(keys.filter(([name]) => origins.get(name) === 'default')).toEqual([]);
    expect(result.config).toEqual(Object.fromEntries(keys.map(([name, key]) => [name, key.default])));
  });

  it.each(keys.filter(([, key]) => typeof key.default !== 'object' && key.default !== ''))(
    "%s's default is what its text means",
    (_, key) => {
      expect(key.schema.parse(key.toYaml(key.default))).toBe(key.default);
    },
  );

  it('help names every flag, its default and its variable', () => {
    const help = helpText(table, { command: 'tallyman exporter', summary: 'metrics', configEnv: 'EXPORTER_CONFIG' });
    const flags = keys.map(([, { flag }]) => flag).filter((flag) => flag !== undefined);
    expect(flags.filter((flag) => !help.includes(`  --${flag} `))).toEqual([]);
    expect(help).toContain('--config FILE');
    expect(help).toContain('(default 9200; EXPORTER_PORT)');
    expect(help).toContain('(debug, info, warn or error; default info; LOG_LEVEL)');
    expect(help).toContain('-h, --help');
  });
});
