import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { loadConfig } from './load.ts';
import { supplyChainChecks, toSupplyChainConfig } from './supply-chain-config.ts';
import { supplyChainKeys } from './supply-chain-keys.ts';

function load(argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  return loadConfig(supplyChainKeys, { argv, env }, { configEnv: 'TALLYMAN_CONFIG', checks: supplyChainChecks });
}

function settings(...args: Parameters<typeof load>) {
  const loaded = load(...args);
  if (!loaded.ok) throw new Error(loaded.faults?.join('\n'));
  return toSupplyChainConfig(loaded.config, {});
}

function faults(...args: Parameters<typeof load>): readonly string[] {
  const loaded = load(...args);
  return loaded.ok ? [] : (loaded.faults ?? []);
}

it('the cache is an hour, set by flag, environment or file, and may be 0', () => {
  expect(settings().scout.cacheMs).toBe(3_600_000);
  expect(settings(['--scout.cache', '90s']).scout.cacheMs).toBe(90_000);
  expect(settings([], { TALLYMAN_SCOUT_CACHE: '0' }).scout.cacheMs).toBe(0);
  expect(settings(['--scout.cache', '0'], { TALLYMAN_SCOUT_CACHE: '5m' }).scout.cacheMs).toBe(0);
  expect(faults(['--scout.cache', '-1'])).toHaveLength(1);
});

it('the token of Docker Scout comes from a file too, and is never shown', () => {
  const folder = createTempFolder();
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'token');
  writeFileSync(file, 'dckr_pat_1\n');
  const env = { TALLYMAN_SCOUT_UPSTREAM_ORGS: 'acme, other', TALLYMAN_SCOUT_UPSTREAM_TOKEN_FILE: file };
  expect(settings([], env).scout.upstream).toEqual({
    url: 'https://api.scout.docker.com',
    token: 'dckr_pat_1',
    orgs: ['acme', 'other'],
  });
  const both = faults([], { ...env, TALLYMAN_SCOUT_UPSTREAM_TOKEN: 'dckr_pat_2' });
  expect(both).toHaveLength(1);
  expect(both.join()).not.toContain('dckr_pat');
});

it('what cannot work is refused at start, with what to do', () => {
  expect(faults([], { TALLYMAN_SCOUT_UPSTREAM_ORGS: 'acme' }).join()).toContain('scout.upstream.token');
  expect(faults([], { TALLYMAN_SCOUT_UPSTREAM_ORGS: 'a/b' }).join()).toContain('organisation');
  expect(faults([], { TALLYMAN_SCOUT_UPSTREAM_URL: 'ftp://x' }).join()).toContain('https://host');
  expect(faults([], { TALLYMAN_KEV_FILE: '/nowhere/kev.json' }).join()).toContain('no such file');
  expect(faults([], { TALLYMAN_SCANNER: 'snyk' }).join()).toContain('trivy');
});

it('everything can be set in the file', () => {
  const folder = createTempFolder();
  onTestFinished(() => folder.remove());
  mkdirSync(join(folder.path, 'reports'));
  const file = join(folder.path, 'server.yaml');
  writeFileSync(
    file,
    `
scout: { cache: 5m, upstream: { url: 'http://127.0.0.1:1/', token: t, orgs: [acme] } }
reports: { folder: ${folder.path}/reports, max_bytes: 2048 }
scan: { scanner: grype, interval: 24h, timeout: 1m }
images: { metrics: { enabled: true, max_images: 7, max_vulnerabilities: 9 } }
`,
  );
  expect(settings(['--config', file])).toEqual({
    scout: { cacheMs: 300_000, upstream: { url: 'http://127.0.0.1:1', token: 't', orgs: ['acme'] } },
    reports: { folder: `${folder.path}/reports`, maxBytes: 2048 },
    scan: { scanner: 'grype', intervalMs: 86_400_000, timeoutMs: 60_000, environment: {} },
    kevFile: '',
    imageMetrics: { isEnabled: true, imagesAtMost: 7, vulnerabilitiesAtMost: 9 },
  });
});
