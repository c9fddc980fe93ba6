import { resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { canonicalAddress } from './client-certificate.ts';
import type { StampedReads } from './file-stamps.ts';
import { curves, tlsVersions, toCipherList } from './go-tls-names.ts';
import {
  loadSecureContext,
  type ClientAuthType,
  type PemSource,
  type ReportFault,
  type TlsSettings,
} from './tls-settings.ts';
import type { TlsServerConfig } from './web-config-schema.ts';

/**
 * Makes TLS of the toolkit's `tls_server_config`. Undefined for plain HTTP, which is what a section
 * without certificate, key, client CA and client auth type means, and undefined where faults were reported.
 */
export function loadTlsServerConfig(
  config: TlsServerConfig,
  folder: string,
  reads: StampedReads,
  report: ReportFault,
): TlsSettings | undefined {
  const clientAuthType = toClientAuthType(config.client_auth_type);
  const clientCa = pemSource(config, 'client_ca', folder, report);
  const certificate = pemSource(config, 'cert', folder, report);
  const privateKey = pemSource(config, 'key', folder, report);
  reportClientAuthFaults(config, clientAuthType, clientCa !== undefined, report);
  const minVersion = config.min_version ?? 'TLS12';
  const maxVersion = config.max_version ?? 'TLS13';
  if (minVersion > maxVersion) report('min_version', `${minVersion} is above max_version, ${maxVersion}`);

  if (certificate === undefined && privateKey === undefined && clientCa === undefined && !config.client_auth_type)
    return undefined;
  if (certificate === undefined) report('cert_file', 'is missing: TLS needs cert_file or cert');
  if (privateKey === undefined) report('key_file', 'is missing: TLS needs key_file or key');
  if (certificate === undefined || privateKey === undefined || minVersion > maxVersion) return undefined;

  const loaded = loadSecureContext({ certificate, privateKey, clientCa, context: toContext(config) }, reads, report);
  const allowed = config.client_allowed_sans;
  return (
    loaded && {
      context: loaded,
      clientAuthType,
      clientAllowedSans: allowed ? new Set(allowed.map(canonicalAddress)) : undefined,
    }
  );
}

function toClientAuthType(name: TlsServerConfig['client_auth_type']): ClientAuthType {
  return name === 'RequireClientCert' ? 'RequireAnyClientCert' : (name ?? 'NoClientCert');
}

/** A PEM given as `<key>` or `<key>_file`, not both. */
function pemSource(
  config: TlsServerConfig,
  key: 'cert' | 'key' | 'client_ca',
  folder: string,
  report: ReportFault,
): PemSource | undefined {
  const fileKey = `${key}_file` as const;
  const text = config[key];
  const file = config[fileKey];
  if (text && file) report(key, `is given twice: leave out ${key} or ${fileKey}`);
  if (file) return { key: fileKey, file: resolve(folder, file) };
  return text ? { key, text } : undefined;
}

function reportClientAuthFaults(
  config: TlsServerConfig,
  type: ClientAuthType,
  hasClientCa: boolean,
  report: ReportFault,
): void {
  if (hasClientCa && type === 'NoClientCert') {
    report(
      config.client_ca_file ? 'client_ca_file' : 'client_ca',
      'has no effect without client_auth_type: set RequireAndVerifyClientCert',
    );
  }
  if (!hasClientCa && type.includes('Verify')) {
    report(
      'client_auth_type',
      `${type} needs client_ca_file or client_ca: without one, a certificate of any public CA would do`,
    );
  }
  if (config.client_allowed_sans && !type.startsWith('Require')) {
    report('client_allowed_sans', 'needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert');
  }
}

function toContext(config: TlsServerConfig): SecureContextOptions {
  const minVersion = config.min_version ?? 'TLS12';
  const ciphers = toCipherList(config.cipher_suites ?? [], minVersion);
  const preferred = (config.curve_preferences ?? []).map((name) => curves[name]);
  return {
    minVersion: tlsVersions[minVersion],
    maxVersion: tlsVersions[config.max_version ?? 'TLS13'],
    honorCipherOrder: config.prefer_server_cipher_suites ?? true,
    ...(ciphers !== undefined && { ciphers }),
    ...(preferred.length > 0 && { ecdhCurve: preferred.join(':') }),
  };
}
