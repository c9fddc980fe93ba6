import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadWebConfig } from './load-web-config.ts';
import { createCertificateFolder } from './test-kit/certificates.ts';
import type { WebConfig } from './web-config.ts';

const fixtures = join(import.meta.dirname, '../../test/fixtures/web-config');
const names = readdirSync(fixtures);
const folder = createCertificateFolder();

beforeAll(() => {
  folder.ca('ca');
  folder.ca('client-ca');
  folder.signed('server', 'ca');
  folder.signed('other', 'ca');
  execFileSync('openssl', ['pkey', '-in', 'other.key', '-aes128', '-passout', 'pass:x', '-out', 'encrypted.key'], {
    cwd: folder.path,
  });
});
afterAll(() => folder.remove());

function loadFixture(name: string) {
  const path = folder.file(name);
  copyFileSync(join(fixtures, name), path);
  return loadWebConfig(path);
}

function loadGood(name: string): WebConfig {
  const result = loadFixture(name);
  if (!result.ok) throw new Error(result.faults.join('\n'));
  return result.config;
}

function loadText(text: string) {
  return loadWebConfig(folder.write('text.yml', text));
}

test.each(names.filter((name) => name.endsWith('.good.yml')))('%s', (name) => {
  expect(loadFixture(name)).toMatchObject({ ok: true });
});

test.each(names.filter((name) => name.endsWith('.bad.yml')))('%s', async (name) => {
  const result = loadFixture(name);
  const faults = result.ok ? [] : result.faults.map((fault) => fault.replaceAll(folder.path, '<folder>'));
  await expect(`${faults.join('\n')}\n`).toMatchFileSnapshot(join(fixtures, name.replace(/yml$/, 'txt')));
});

test('nothing set means plain HTTP for everybody', () => {
  const open = { tls: undefined, headers: {}, users: new Map(), rateLimit: undefined };
  for (const name of ['empty', 'comments-only', 'empty-sections', 'rate-limit-off']) {
    expect(loadGood(`${name}.good.yml`)).toEqual(open);
  }
});

test('users, headers and rate limit', () => {
  expect([...loadGood('users.good.yml').users.keys()].toSorted()).toEqual(['1234', 'alice', 'bob']);
  expect(loadGood('rate-limit.good.yml').rateLimit).toEqual({ intervalMs: 1000, burst: 20 });
  expect(loadGood('headers.good.yml').headers).toEqual({
    'Content-Security-Policy': "default-src 'none'",
    'X-Frame-Options': 'deny',
    'X-Content-Type-Options': 'nosniff',
    'Strict-Transport-Security': 'max-age=31536000',
  });
});

test('TLS by default is 1.2 and 1.3 with files beside the configuration', () => {
  const { tls } = loadGood('tls.good.yml');
  expect(tls).toMatchObject({ clientAuthType: 'NoClientCert', clientAllowedSans: undefined });
  expect(tls?.context).toEqual({
    cert: readFileSync(folder.file('server.crt'), 'utf8'),
    key: readFileSync(folder.file('server.key'), 'utf8'),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
  });
});

test('TLS with everything', () => {
  const { tls } = loadGood('tls-all.good.yml');
  expect(tls?.clientAuthType).toBe('RequireAndVerifyClientCert');
  expect([...(tls?.clientAllowedSans ?? [])]).toEqual(['prometheus.example.com', '::1']);
  expect(tls?.context).toMatchObject({
    ca: [readFileSync(folder.file('client-ca.crt'), 'utf8').trim()],
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.2',
    honorCipherOrder: false,
    ecdhCurve: 'X25519:P-521:P-384:P-256',
    ciphers:
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
      'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0',
  });
  expect(loadGood('old-client-auth-name.good.yml').tls?.clientAuthType).toBe('RequireAnyClientCert');
});

test('certificate, key and client CA may stand in the file itself', () => {
  const indented = (name: string): string => readFileSync(folder.file(name), 'utf8').replaceAll(/^/gm, '    ');
  const result = loadText(
    `tls_server_config:\n  cert: |\n${indented('server.crt')}\n  key: |\n${indented('server.key')}\n  client_ca: |\n` +
      `${indented('client-ca.crt')}\n  client_auth_type: VerifyClientCertIfGiven\n`,
  );
  expect(result).toMatchObject({ ok: true, config: { tls: { clientAuthType: 'VerifyClientCertIfGiven' } } });
});

test('a missing file is a fault, and is watched for', () => {
  const path = folder.file('nowhere.yml');
  const result = loadWebConfig(path);
  expect(result).toMatchObject({ ok: false, faults: [`cannot read ${path}: there is no such file`] });
  expect([...result.stamps.keys()]).toEqual([path]);
});

test('all files that had to do with it are watched, also after a fault', () => {
  const stamps = (name: string): string[] =>
    [...loadFixture(name).stamps.keys()].map((path) => path.slice(folder.path.length + 1));
  expect(stamps('tls-all.good.yml')).toEqual(['tls-all.good.yml', 'server.crt', 'server.key', 'client-ca.crt']);
  expect(stamps('missing-files.bad.yml')).toEqual([
    'missing-files.bad.yml',
    'nowhere/server.crt',
    'nowhere/server.key',
    '',
  ]);
});

test('aliases that unfold to something huge are a fault', () => {
  const levels = Array.from(
    { length: 30 },
    (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}, *l${level}]`,
  );
  expect(loadText(`l0: &l0 [x]\n${levels.join('\n')}\n`)).toMatchObject({ ok: false });
});

test('no text whatever makes it throw', () => {
  const part = fc.constantFrom(
    'tls_server_config',
    'basic_auth_users',
    'rate_limit',
    'headers',
    ':',
    ' ',
    '\n',
    '- ',
    '&a ',
    '*a',
    '<<: ',
    '{',
    '"',
    '!!x',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')),
  );
  expect(() => fc.assert(fc.property(text, (given) => typeof loadText(given).ok === 'boolean'))).not.toThrow();
});
