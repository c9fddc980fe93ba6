import { defineKey } from './key.ts';
import { accept, refuse, type ValueKind } from './values/value-kind.ts';
import { filePath, text, textKind } from './values/text.ts';

const notServer = 'is not the address of a server: use http://host:8080 or https://host:8080';

/** Where the server's HTTP API is, without a slash at the end; a path before `/api` is kept. Empty: not said. */
const serverUrl: ValueKind<string> = textKind('URL', notServer, (given) => {
  if (given === '') return accept(given);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return refuse(notServer);
  if (url.username !== '' || url.password !== '') return refuse('has a user in it: use a token instead (--token)');
  if (url.search !== '' || url.hash !== '') return refuse('has a query or fragment: leave it out');
  return accept(url.href.replace(/\/+$/, ''));
});

export type CliKeys = typeof cliKeys;

/** How the commands of the fleet reach what they work on: a server's API, or its state directly. */
export const cliKeys = {
  'cli.server': defineKey({
    ...serverUrl,
    default: '',
    env: 'TALLYMAN_SERVER',
    flag: 'server',
    doc: 'Work through the API of the server at this address.',
  }),
  'cli.token': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_TOKEN',
    flag: 'token',
    secret: true,
    doc: 'The API token to show that server. Other users of the machine can see flags: rather use the environment.',
  }),
  'cli.ca_file': defineKey({
    ...filePath,
    default: '',
    env: 'TALLYMAN_CA_FILE',
    flag: 'ca-file',
    doc: "PEM file with the only authorities to trust for the server's https address.",
  }),
  'cli.data': defineKey({
    ...filePath,
    default: '',
    env: 'TALLYMAN_DATA',
    flag: 'data',
    doc: "Work directly on the state in a server's data folder, on its machine.",
  }),
  'cli.database': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_DATABASE',
    flag: 'database',
    secret: true,
    doc: "Work directly on the state in a server's PostgreSQL database.",
  }),
  'cli.secret': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_SECRET',
    secret: true,
    doc: "The server's secret, for work on its state.",
  }),
} as const;
