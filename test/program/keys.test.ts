import { describe, expect, it } from 'vitest';
import { exporterKeyOptions } from '../../src/commands/exporter-config-input.ts';
import { exporterKeys } from '../../src/config/exporter-keys.ts';
import { environmentNames } from '../../src/config/key.ts';
import { proveCollection } from './proofs/collection.ts';
import { proveDockerTls } from './proofs/docker-tls.ts';
import { proveEngine } from './proofs/engine.ts';
import { proveFilters } from './proofs/filters.ts';
import { proveLogging } from './proofs/logging.ts';
import { proveMetrics } from './proofs/metrics.ts';
import { provePerformance } from './proofs/performance.ts';
import { provePrecedence } from './proofs/precedence.ts';
import { listProven } from './proofs/proof.ts';
import { proveServer } from './proofs/server.ts';

describe('precedence', () => {
  provePrecedence();
});
describe('server', () => {
  proveServer();
});
describe('docker.tls', () => {
  proveDockerTls();
});
describe('engine', () => {
  proveEngine();
});
describe('collection', () => {
  proveCollection();
});
describe('collection.filters', () => {
  proveFilters();
});
describe('metrics', () => {
  proveMetrics();
});
describe('logging', () => {
  proveLogging();
});
describe('performance', () => {
  provePerformance();
});

it('every key has a proof for each source that can set it', () => {
  const table = Object.entries(exporterKeys(exporterKeyOptions));
  const expected = table.flatMap(([name, key]) => [
    `${name} file`,
    ...environmentNames(key).map((variable) => `${name} ${variable}`),
    ...(key.flag === undefined ? [] : [`${name} --${key.flag}`]),
  ]);
  expect(listProven()).toEqual(expected.toSorted());
});
