import { join } from 'node:path';
import { errorText, systemCode } from '../base/errors.ts';
import { dockerCertFolder, dockerTlsReading } from './docker-environment.ts';
import { isHttpsHost, parseDockerHost } from './docker-host.ts';
import type { DockerKeys } from './docker-keys.ts';
import type { Draft } from './draft.ts';
import { certificateFile, readableFile, tlsPair } from './file-checks.ts';
import { defineCheck, type Check, type Settings } from './settings.ts';

const files = [
  ['docker.tls.ca_cert', 'ca.pem'],
  ['docker.tls.cert', 'cert.pem'],
  ['docker.tls.key', 'key.pem'],
] as const;
const fileKeys = files.map(([key]) => key);

/**
 * Settles TLS with the engine as the Docker CLI does: `https://` turns it on, DOCKER_TLS alone leaves the engine
 * unverified, and the files come from DOCKER_CERT_PATH, or from ~/.docker where the configuration names none.
 */
export function deriveDockerTls(draft: Draft<DockerKeys>): void {
  if (isHttpsHost(draft.config['docker.host']) && !draft.explicit('docker.tls.enabled')) {
    draft.set('docker.tls.enabled', true, draft.origin('docker.host'));
  }
  if (!draft.config['docker.tls.enabled']) return;
  const byEnvironment = dockerTlsReading.read(draft.env)?.name;
  if (byEnvironment === 'DOCKER_TLS' && !draft.explicit('docker.tls.verify')) {
    draft.set('docker.tls.verify', false, 'environment DOCKER_TLS');
  }
  const folder = dockerCertFolder(draft.env);
  if (folder?.explicit === true || (folder !== undefined && byEnvironment !== undefined)) useFolder(draft, folder);
}

/** What has to fit together among the keys of the engine's connection. */
export const dockerChecks: readonly Check<DockerKeys>[] = [
  defineCheck(['docker.host', 'docker.tls.enabled'], hostFaults),
  defineCheck(['docker.tls.enabled', ...fileKeys], unusedFile),
  defineCheck(['docker.tls.cert', 'docker.tls.key'], halfPair),
  defineCheck(['docker.tls.enabled', 'docker.tls.verify', 'docker.tls.ca_cert'], noHome),
  ...fileKeys.map((key) => readableFile<DockerKeys>(key)),
  certificateFile<DockerKeys>('docker.tls.ca_cert'),
  tlsPair<DockerKeys>('docker.tls.cert', 'docker.tls.key'),
];

function useFolder(draft: Draft<DockerKeys>, folder: { path: string; explicit: boolean }): void {
  const origin = folder.explicit ? 'environment DOCKER_CERT_PATH' : 'environment HOME';
  // The variable goes before the configuration file, ~/.docker after it.
  const open = files.filter(([key]) => (folder.explicit || draft.config[key] === '') && !draft.faulty.has(key));
  const pairIsThere = open.every(
    ([key, name]) => key === 'docker.tls.ca_cert' || exists(draft, join(folder.path, name)),
  );
  for (const [key, name] of open) {
    // An authority that is needed and missing is set all the same: the check on readable files then names it.
    const used = key === 'docker.tls.ca_cert' ? draft.config['docker.tls.verify'] : pairIsThere;
    if (used) draft.set(key, join(folder.path, name), origin);
  }
}

function exists(settings: Settings<DockerKeys>, path: string): boolean {
  try {
    settings.readFile(path);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR';
  }
}

function hostFaults(settings: Settings<DockerKeys>): string[] {
  const host = settings.config['docker.host'];
  const enabled = settings.config['docker.tls.enabled'];
  if (isHttpsHost(host) && !enabled) {
    return [`${settings.subject('docker.tls.enabled')} contradicts ${settings.subject('docker.host')}: change one`];
  }
  try {
    const address = parseDockerHost(host, enabled);
    const asked = enabled && !settings.origin('docker.tls.enabled').startsWith('environment ');
    if (address.kind === 'tcp' || !asked) return [];
    const unix = settings.subject('docker.host');
    return [`${settings.subject('docker.tls.enabled')} has no use with ${unix}: set docker.host to tcp://host:2376`];
  } catch (error) {
    return [`${settings.subject('docker.host')} ${errorText(error)}`];
  }
}

function unusedFile(settings: Settings<DockerKeys>): string[] {
  const set = fileKeys.find((key) => settings.config[key] !== '');
  if (set === undefined || settings.config['docker.tls.enabled']) return [];
  return [`${settings.subject(set)} leaves TLS half-configured: set docker.tls.enabled to true, or remove ${set}`];
}

function halfPair(settings: Settings<DockerKeys>): string[] {
  const pair = ['docker.tls.cert', 'docker.tls.key'] as const;
  const missing = pair.filter((key) => settings.config[key] === '');
  const set = pair.find((key) => settings.config[key] !== '');
  if (set === undefined || missing.length === 0) return [];
  return [`${settings.subject(set)} is half of a client certificate: set ${missing.join(' and ')}`];
}

/** By the environment's TLS alone the system's authorities are never used; without any folder there are none. */
function noHome(settings: Settings<DockerKeys>): string[] {
  const byEnvironment = dockerTlsReading.read(settings.env) !== undefined;
  const needsCa = settings.config['docker.tls.verify'] && settings.config['docker.tls.ca_cert'] === '';
  if (!byEnvironment || !needsCa) return [];
  return [`${settings.subject('docker.tls.ca_cert')} is needed to verify the engine: set it, DOCKER_CERT_PATH or HOME`];
}
