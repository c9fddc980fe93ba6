import { join } from 'node:path';
import type { Environment, EnvironmentReading } from './key.ts';

/**
 * The Docker CLI's own variables (docs.docker.com/reference/cli/docker/#environment-variables): any text but the empty
 * one turns DOCKER_TLS and DOCKER_TLS_VERIFY on, "0" and "false" too.
 */
export const dockerTlsReading: EnvironmentReading = {
  names: ['DOCKER_TLS', 'DOCKER_TLS_VERIFY'],
  read(env) {
    const name = dockerTlsReading.names.find((candidate) => isSet(env[candidate]));
    return name === undefined ? undefined : { name, text: 'true' };
  },
};

export const dockerTlsVerifyReading: EnvironmentReading = {
  names: ['DOCKER_TLS_VERIFY'],
  read: (env) => (isSet(env['DOCKER_TLS_VERIFY']) ? { name: 'DOCKER_TLS_VERIFY', text: 'true' } : undefined),
};

/** Named for the docs; what it means depends on other settings and is settled after all of them are read. */
export const dockerCertPathReading: EnvironmentReading = { names: ['DOCKER_CERT_PATH'], read: () => undefined };

/** The folder of ca.pem, cert.pem and key.pem, and where it is known from; undefined without a home folder. */
export function dockerCertFolder(env: Environment): { path: string; explicit: boolean } | undefined {
  const path = env['DOCKER_CERT_PATH'];
  if (isSet(path)) return { path, explicit: true };
  const home = env['HOME'];
  return isSet(home) ? { path: join(home, '.docker'), explicit: false } : undefined;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
