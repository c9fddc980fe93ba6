import { readFileSync } from 'node:fs';
import { readableFile } from './file-checks.ts';
import type { Config, Environment } from './key.ts';
import { defineCheck, type Check } from './settings.ts';
import type { SupplyChainKeys } from './supply-chain-keys.ts';

/** What has to fit together among these keys, and exist. */
export const supplyChainChecks: readonly Check<SupplyChainKeys>[] = [
  readableFile<SupplyChainKeys>('scout.upstream.token_file'),
  readableFile<SupplyChainKeys>('policies.kev_file'),
  defineCheck(['scout.upstream.orgs', 'scout.upstream.token', 'scout.upstream.token_file'], (settings) => {
    const { config } = settings;
    const token = config['scout.upstream.token'];
    const file = config['scout.upstream.token_file'];
    if (token !== '' && file !== '')
      return [
        `${settings.subject('scout.upstream.token_file')} names a token, and so does scout.upstream.token: keep one`,
      ];
    return config['scout.upstream.orgs'].length > 0 && token === '' && file === ''
      ? [`${settings.subject('scout.upstream.orgs')} are asked of Docker Scout: set scout.upstream.token or token_file`]
      : [];
  }),
];

/** The keys as the server's supply chain takes them (server/supply-chain/config.ts). */
export function toSupplyChainConfig(config: Config<SupplyChainKeys>, environment: Environment) {
  const file = config['scout.upstream.token_file'];
  const [fromFile = ''] = file === '' ? [] : readFileSync(file, 'utf8').split('\n');
  return {
    scout: {
      cacheMs: config['scout.cache'],
      upstream: {
        url: config['scout.upstream.url'],
        token: config['scout.upstream.token'] || fromFile.trim(),
        orgs: config['scout.upstream.orgs'],
      },
    },
    reports: { folder: config['reports.folder'], maxBytes: config['reports.max_bytes'] },
    scan: {
      scanner: config['scan.scanner'],
      intervalMs: config['scan.interval'],
      timeoutMs: config['scan.timeout'],
      environment,
    },
    kevFile: config['policies.kev_file'],
    imageMetrics: {
      isEnabled: config['images.metrics.enabled'],
      imagesAtMost: config['images.metrics.max_images'],
      vulnerabilitiesAtMost: config['images.metrics.max_vulnerabilities'],
    },
  };
}
