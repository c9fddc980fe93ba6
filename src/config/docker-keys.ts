import { defineKey } from './key.ts';
import { defaultSocketPath } from './docker-host.ts';
import { dockerCertPathReading, dockerTlsReading, dockerTlsVerifyReading } from './docker-environment.ts';
import { apiVersion } from './values/api-version.ts';
import { boolean } from './values/boolean.ts';
import { dockerHost } from './values/docker-host.ts';
import { filePath } from './values/text.ts';

export type DockerKeys = typeof dockerKeys;

/** How to reach the engine, for every role that asks one. */
export const dockerKeys = {
  'docker.host': defineKey({
    ...dockerHost,
    default: `unix://${defaultSocketPath}`,
    env: 'DOCKER_HOST',
    flag: 'docker.host',
    doc: "The engine's address: `unix:///path`, `tcp://host:port`, `http://` or `https://`.",
  }),
  'docker.api_version': defineKey({
    ...apiVersion,
    default: '',
    env: 'DOCKER_API_VERSION',
    doc: 'Version of the Engine API to speak, 1.24 or newer; negotiated with the engine when empty.',
  }),
  'docker.tls.enabled': defineKey({
    ...boolean,
    default: false,
    env: dockerTlsReading,
    doc: 'Speak TLS with an engine at `tcp://`; `https://` implies it.',
  }),
  'docker.tls.verify': defineKey({
    ...boolean,
    default: true,
    env: dockerTlsVerifyReading,
    doc: "Check the engine's certificate and name.",
  }),
  'docker.tls.ca_cert': defineKey({
    ...filePath,
    default: '',
    env: dockerCertPathReading,
    doc: "PEM file with the authorities that may sign the engine's certificate; the system's when empty.",
  }),
  'docker.tls.cert': defineKey({
    ...filePath,
    default: '',
    env: dockerCertPathReading,
    doc: "PEM file with the client's certificate.",
  }),
  'docker.tls.key': defineKey({
    ...filePath,
    default: '',
    env: dockerCertPathReading,
    doc: "PEM file with the client certificate's key.",
  }),
} as const;
