import { defineKey } from './key.ts';
import { loggingKeys } from './logging-keys.ts';
import { supplyChainKeys } from './supply-chain-keys.ts';
import { boolean } from './values/boolean.ts';
import { duration } from './values/duration.ts';
import { listenPair } from './values/listen-pair.ts';
import { filePath, text } from './values/text.ts';

export type ServerKeys = typeof serverKeys;

/** Where the server's state is when nothing else is said. */
export const defaultServerData = '/var/lib/tallyman';

/** Every key of `tallyman server`. */
export const serverKeys = {
  'server.listen': defineKey({
    ...listenPair,
    default: '0.0.0.0:8080',
    env: 'TALLYMAN_LISTEN',
    flag: 'listen',
    doc: 'Address and port for people, programs and Prometheus.',
  }),
  'server.agent_listen': defineKey({
    ...listenPair,
    default: '0.0.0.0:8443',
    env: 'TALLYMAN_AGENT_LISTEN',
    flag: 'agent-listen',
    doc: "Address and port for agents; always TLS, with a certificate of the server's own CA.",
  }),
  'server.agent_url': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_AGENT_URL',
    flag: 'agent-url',
    doc: 'The address that `host add` tells agents, such as `https://tallyman.example.org:8443`; several with commas. Without it: the address in `server.agent_listen`, or the first address of the machine.',
  }),
  'server.data': defineKey({
    ...filePath,
    default: defaultServerData,
    env: 'TALLYMAN_DATA',
    flag: 'data',
    doc: 'The folder of the state: the SQLite database and keys, or the keys alone when PostgreSQL has the rest. Made if it is missing.',
  }),
  'server.database': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_DATABASE',
    flag: 'database',
    secret: true,
    doc: '`postgres://user:password@host:5432/name` for PostgreSQL; empty for SQLite in the data folder.',
  }),
  'server.secret': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_SECRET',
    secret: true,
    doc: 'Protects the private keys in the database. All servers of one database need the same. Without it, the password of `server.database` does.',
  }),
  'server.admin_password': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_ADMIN_PASSWORD',
    secret: true,
    doc: "The first administrator's (`admin`) password, at the first start; without it one is made and printed once.",
  }),
  'server.web_config_file': defineKey({
    ...filePath,
    default: '',
    env: 'WEB_CONFIG_FILE',
    flag: 'web.config.file',
    doc: "TLS for `server.listen`, headers and rate limit, in the file format of Prometheus' exporters. Users are the server's own.",
  }),
  'metrics.auth': defineKey({
    ...boolean,
    default: true,
    env: 'DOCKMESH_METRICS_AUTH',
    doc: 'Ask for a token with `metrics.read` at `/metrics`; false makes the metrics public.',
  }),
  'metrics.listen': defineKey({
    ...listenPair,
    default: '',
    env: 'TALLYMAN_METRICS_LISTEN',
    flag: 'metrics-listen',
    doc: 'An address of its own for `/metrics`, `/metrics/containers`, `/federate` and `/api/v1/sd`, which are then there alone.',
  }),
  'agents.heartbeat_interval': defineKey({
    ...duration({ min: 1 }),
    default: 15_000,
    env: 'TALLYMAN_HEARTBEAT_INTERVAL',
    doc: 'How often agents are to say that they are there. At most 20 s: a host not heard for 60 s is offline.',
  }),
  'agents.sample_interval': defineKey({
    ...duration({ min: 1 }),
    default: 15_000,
    env: 'TALLYMAN_SAMPLE_INTERVAL',
    doc: 'How often agents are to send the samples of their containers.',
  }),
  'agents.certificate_lifetime': defineKey({
    ...duration({ min: 1, maxDays: 3650 }),
    default: 90 * 86_400_000,
    env: 'TALLYMAN_CERTIFICATE_LIFETIME',
    doc: "How long certificates of agents and of the server are good for; they renew themselves at two thirds of it. The CA's lasts 20 years.",
  }),
  'audit.retention': defineKey({
    ...duration({ min: 0, maxDays: 36_500 }),
    default: 0,
    env: 'TALLYMAN_AUDIT_RETENTION',
    doc: 'How long entries of the audit log are kept; 0 for ever.',
  }),
  ...supplyChainKeys,
  ...loggingKeys,
} as const;
