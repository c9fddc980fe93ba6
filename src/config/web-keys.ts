import { defineKey } from './key.ts';
import { boolean } from './values/boolean.ts';
import { listenAddress } from './values/listen-address.ts';
import { port } from './values/number.ts';
import { filePath, text } from './values/text.ts';
import { urlPath } from './values/url-path.ts';

export interface WebDefaults {
  port: number;
  address: string;
  /** Environment variables are called `<prefix>_PORT`, `_ADDRESS` and `_METRICS_PATH`. */
  envPrefix: string;
}

export type WebKeys = ReturnType<typeof webKeys>;

/** The keys of a role that serves metrics by HTTP. */
export function webKeys(defaults: WebDefaults) {
  return { ...listenKeys(defaults), ...webTlsKeys, ...webAuthKeys } as const;
}

function listenKeys(defaults: WebDefaults) {
  return {
    'server.port': defineKey({
      ...port,
      default: defaults.port,
      env: `${defaults.envPrefix}_PORT`,
      flag: 'server.port',
      doc: 'TCP port to listen on; 0 lets the system choose one.',
    }),
    'server.address': defineKey({
      ...listenAddress,
      default: defaults.address,
      env: `${defaults.envPrefix}_ADDRESS`,
      flag: 'server.address',
      doc: 'Address to listen on; `::` is every IPv6 and, on most systems, IPv4 address.',
    }),
    'server.metrics_path': defineKey({
      ...urlPath,
      default: '/metrics',
      env: `${defaults.envPrefix}_METRICS_PATH`,
      doc: 'Where the metrics are.',
    }),
    'server.health_path': defineKey({ ...urlPath, default: '/health', doc: 'Answers as long as the process works.' }),
    'server.ready_path': defineKey({
      ...urlPath,
      default: '/ready',
      doc: 'Answers 200 only while metrics can be had.',
    }),
    'server.web_config_file': defineKey({
      ...filePath,
      default: '',
      env: 'WEB_CONFIG_FILE',
      flag: 'web.config.file',
      doc: "TLS and users in the file format of Prometheus' exporters, instead of `server.tls` and `server.auth`.",
    }),
  } as const;
}

const webTlsKeys = {
  'server.tls.enabled': defineKey({ ...boolean, default: false, doc: 'Serve HTTPS.' }),
  'server.tls.cert_file': defineKey({
    ...filePath,
    default: '',
    doc: 'PEM file with the certificate, followed by its chain.',
  }),
  'server.tls.key_file': defineKey({ ...filePath, default: '', doc: 'PEM file with the private key, not encrypted.' }),
} as const;

const webAuthKeys = {
  'server.auth.enabled': defineKey({ ...boolean, default: false, doc: 'Ask for user name and password (Basic).' }),
  'server.auth.username': defineKey({ ...text, default: '', doc: 'User name, without a colon.' }),
  'server.auth.password': defineKey({ ...text, default: '', secret: true, doc: 'Password.' }),
  'server.auth.exempt_health': defineKey({
    ...boolean,
    default: false,
    doc: 'Let the health and ready paths be read without a password.',
  }),
} as const;
