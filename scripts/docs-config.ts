import { collectorGroups, collectors } from '../src/collectors/index.ts';
import { exporterKeys, type ExporterKeyOptions } from '../src/config/exporter-keys.ts';
import { environmentNames, type Key, type KeyTable } from '../src/config/key.ts';

/** The collectors as they are; label names do not show in the docs. */
export const documentedOptions: ExporterKeyOptions = {
  collectors: [...collectorGroups, ...collectors],
  reservedLabels: [],
};

/** The text of docs/config.md, derived from the exporter's table of keys. */
export function configDocs(): string {
  const table = exporterKeys(documentedOptions);
  return `${[introduction, ...groups(table), precedence, durations, booleans, filters, dockerVariables, checks].join('\n\n')}\n`;
}

/** A section for each group of keys, with a table of them. */
export function groups(table: KeyTable): string[] {
  const names = new Set(Object.keys(table).map(groupOf));
  return [...names].map((group) => {
    const rows = Object.entries(table).filter(([name]) => groupOf(name) === group);
    return [`## ${group}`, '', ...tableHead, ...rows.map(([name, key]) => row(name, key))].join('\n');
  });
}

function groupOf(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

const tableHead = ['| key | type | default | environment | flag | meaning |', '|---|---|---|---|---|---|'];

function row(name: string, key: Key<unknown>): string {
  const fallback = key.default === '' ? 'empty' : code(key.toYaml(key.default));
  const flag = key.flag === undefined ? '' : code(`--${key.flag}`);
  const variables = environmentNames(key).map(code).join(', ');
  const cells = [code(name), key.type, fallback, variables, flag, key.doc];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

const introduction = `# Configuration of \`tallyman exporter\`

<!-- Made from the code's table of keys by \`npm run docs\`. -->

Everything has a default: without any configuration the exporter listens on port 9200 and asks the engine at
\`unix:///var/run/docker.sock\`. A complete, commented file is
[config.example.yaml](../config.example.yaml); name yours with \`--config FILE\` or \`EXPORTER_CONFIG\`. No file is read
otherwise. Keys are nested in the file: \`server.port\` is \`port:\` below \`server:\`. Empty sections and keys without a
value keep their defaults. Relative paths start at the working directory.`;

const precedence = `## Precedence

Defaults < configuration file < environment < flags. An empty environment variable counts as unset. Flags are written
\`--flag=value\` or \`--flag value\`, each at most once; \`--help\` lists them and \`--version\` prints the version.

Every source is checked, also where a stronger one overrides it. When anything is wrong the exporter does not start and
prints one line for each fault: the key, the value, where it came from, and what would be right, such as
\`server.port: 70000 (config.yaml:3) is not a port: use a whole number from 0 to 65535\`. Unknown keys and flags are
faults. Passwords are never printed.

Kubernetes sets \`EXPORTER_PORT=tcp://...\` in pods beside a Service called \`exporter\`: rename the Service or set
\`enableServiceLinks: false\`.`;

const durations = `## Durations

A number of seconds (\`0\`, \`15\`, \`0.5\`), or text with units from large to small: \`500ms\`, \`30s\`, \`1m\`, \`1m30s\`,
\`1h\`. At most \`24h\`. The program keeps whole milliseconds.`;

const booleans = `## True and false

\`true\`, \`1\`, \`yes\`, \`on\` and \`false\`, \`0\`, \`no\`, \`off\`, in upper or lower case.`;

const filters = `## Filters

A container is left out when anything in \`collection.filters.exclude\` matches it. Otherwise it has to match each of
\`names\`, \`images\` and \`labels\` that \`collection.filters.include\` sets, by any one entry.

- \`names\` and \`images\` are JavaScript regular expressions that may match anywhere: \`^web-\` is a beginning, \`^web$\` the
  whole name. \`(?i)\` at the start ignores case. Names have no leading slash; images are compared as the engine lists
  them, such as \`nginx:1.27\`.
- \`labels\` are \`key\` (with any value) or \`key=value\`.`;

const dockerVariables = `## Docker's own variables

\`DOCKER_HOST\`, \`DOCKER_API_VERSION\`, \`DOCKER_TLS\`, \`DOCKER_TLS_VERIFY\` and \`DOCKER_CERT_PATH\` are read as the Docker CLI
reads them.

- Addresses: \`unix:///path\`, \`unix://\` (the default socket), \`tcp://host\`, \`tcp://host:port\`, \`host:port\`, \`http://\`,
  \`https://\`; IPv6 addresses stand in brackets. The port is 2375, with TLS 2376, unless given. \`https://\` turns TLS on.
  \`ssh://\`, \`npipe://\` and \`fd://\` are not supported.
- \`DOCKER_TLS\` or \`DOCKER_TLS_VERIFY\` with any text, even \`0\`, turns TLS on. The engine's certificate is verified when
  \`DOCKER_TLS_VERIFY\` has any text. With \`DOCKER_TLS\` alone it is not verified, unless the file sets
  \`docker.tls.verify: true\`.
- With TLS, \`ca.pem\`, \`cert.pem\` and \`key.pem\` in \`DOCKER_CERT_PATH\` go before the files that the configuration names.
  When these variables turned TLS on and there is no \`DOCKER_CERT_PATH\`, files that the configuration does not name are
  taken from \`~/.docker\`. \`ca.pem\` is needed to verify; \`cert.pem\` and \`key.pem\` are used if both are there.
- Over a Unix socket TLS is left out when these variables turn it on, and is a fault when the file does.`;

const checks = `## What has to fit together

- \`server.tls.enabled\` needs \`cert_file\` and \`key_file\`, and they need it; they have to be a certificate and its key.
- \`server.auth.enabled\` needs \`username\` and \`password\`, and they need it.
- \`server.web_config_file\` cannot be combined with \`server.tls\` or \`server.auth\`.
- The metrics, health and ready paths differ, and none is \`/\`, \`/version\`, \`/-/healthy\`, \`/-/ready\` or below \`/debug/\`.
- \`metrics.cache.enabled\` needs a \`ttl\` above 0, and cannot be combined with \`collection.interval\`.
- \`docker.tls.cert\` and \`docker.tls.key\` go together; these and \`ca_cert\` need TLS to be on.
- Every file that a key names can be read.`;

if (import.meta.main) process.stdout.write(configDocs());
