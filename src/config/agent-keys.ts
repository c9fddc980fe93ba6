import { exporterKeys, type ExporterKeyOptions } from './exporter-keys.ts';
import { defineKey } from './key.ts';
import { fingerprint } from './values/fingerprint.ts';
import { serverList } from './values/server-list.ts';
import { filePath, text } from './values/text.ts';

export type AgentKeys = ReturnType<typeof agentKeys>;

/** Every key of `tallyman agent`: the exporter's, and how it joins a fleet. */
export function agentKeys(options: ExporterKeyOptions) {
  return { ...exporterKeys(options), ...joinKeys } as const;
}

/** What `tallyman host add` prints, and where the outcome is kept. */
export const joinKeys = {
  'agent.server': defineKey({
    ...serverList,
    default: [],
    env: 'TALLYMAN_AGENT_SERVER',
    flag: 'server',
    doc: "The fleet's servers, `https://host:port`, several with commas between them (in the file: a list). They are tried in turn. Known from then on when the agent has joined.",
  }),
  'agent.token': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_AGENT_TOKEN',
    flag: 'token',
    secret: true,
    doc: 'The token of `tallyman host add`, for joining; not needed any more, and not looked at, when the agent has joined.',
  }),
  'agent.ca_fingerprint': defineKey({
    ...fingerprint,
    default: '',
    env: 'TALLYMAN_CA_FINGERPRINT',
    flag: 'ca-fingerprint',
    doc: "The fingerprint of the fleet's CA, by which the agent knows the server when it joins: `sha256:` and 64 hexadecimal digits.",
  }),
  'agent.data': defineKey({
    ...filePath,
    default: '/var/lib/tallyman-agent',
    env: 'TALLYMAN_AGENT_DATA',
    flag: 'data',
    doc: 'The folder with who the agent is: its key, its certificate and the servers. It is made where it is missing, and belongs to one agent alone.',
  }),
} as const;
