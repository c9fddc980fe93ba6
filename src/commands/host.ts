import { hostSchema, hostsSchema, joinSchema, joinTokenLife, type Host, type Join } from '../protocol/api/hosts.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { durationFlag, textFlag } from './cli/flags.ts';
import { removal } from './cli/removal.ts';
import { defineSubcommand, type CliReply, type CommandGroup } from './cli/subcommand.ts';
import { factLines, tableLines } from './cli/table.ts';
import { agoText, timeText } from './cli/times.ts';

const hostsPath = '/api/v1/hosts';

const expires = durationFlag('How long the join command is good for: s, m, h, d; 1h without it.', joinTokenLife);

const joinRemark = 'The join command is all that standard output gets; it works once.';

const add = defineSubcommand({
  name: 'add',
  summary: 'adds a host and prints the command that its agent joins with',
  subject: 'NAME',
  flags: {
    'agent-url': textFlag(
      'URL',
      "Where its agent finds the server, https://NAME:PORT; several with commas. Else the server's usual address.",
    ),
    expires,
  },
  remarks: [joinRemark],
  async run({ api, subject: name, flags }) {
    const body = { name, agentUrl: flags['agent-url'], expires: flags.expires };
    return joinReply(await api.call({ method: 'POST', path: hostsPath, body, reply: joinSchema }));
  },
});

const joinToken = defineSubcommand({
  name: 'join-token',
  summary: 'prints a new join command for a host; the one before ends',
  subject: 'NAME',
  flags: { expires },
  remarks: [joinRemark],
  async run({ api, subject, flags }) {
    const path = `${hostsPath}/${subject}/join-token`;
    return joinReply(await api.call({ method: 'POST', path, body: { expires: flags.expires }, reply: joinSchema }));
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the hosts and how they are',
  flags: {},
  async run({ api }) {
    const items = await allPages(api, hostsPath, hostsSchema);
    return { json: { items }, lines: tableLines(items, hostColumns) };
  },
});

const show = defineSubcommand({
  name: 'show',
  summary: 'shows one host, and why it is not online',
  subject: 'NAME',
  flags: {},
  async run({ api, subject }) {
    const host = await api.call({ method: 'GET', path: `${hostsPath}/${subject}`, reply: hostSchema });
    return { json: host, lines: hostFacts(host) };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a host: its agent is cut off and its certificates are revoked',
  subject: 'NAME',
  flags: {},
  run: (call) => removal(call, { path: hostsPath, what: 'host' }),
});

export const hostCommands: CommandGroup = {
  name: 'host',
  summary: 'the Docker hosts of the fleet',
  subcommands: [add, list, show, remove, joinToken],
};

export const host = createCommandGroup(hostCommands);

function joinReply(join: Join): CliReply {
  const { name, command, expiresAt } = join;
  return {
    json: join,
    lines: [command],
    notes: [`Run this on ${name}; it works once, until ${timeText(expiresAt) ?? ''}.`],
  };
}

const hostColumns = [
  { heading: 'NAME', text: ({ name }: Host) => name },
  { heading: 'STATUS', text: ({ status }: Host) => status },
  {
    heading: 'LAST SEEN',
    text: ({ lastSeenSeconds, joined }: Host) => agoText(lastSeenSeconds) ?? (joined ? 'never' : 'never joined'),
  },
  { heading: 'CONTAINERS', text: ({ containers }: Host) => containers?.toString() },
  { heading: 'AGENT', text: ({ agentVersion }: Host) => agentVersion },
  { heading: 'ENGINE', text: ({ engineVersion }: Host) => engineVersion },
  { heading: 'REASONS', text: ({ reasons }: Host) => reasons.map(({ code }) => code).join(', ') },
];

function hostFacts(host: Host): readonly string[] {
  const { exporter, clockSkewSeconds, reasons } = host;
  return [
    ...factLines({
      name: host.name,
      id: host.id,
      status: host.status,
      'last seen': agoText(host.lastSeenSeconds) ?? (host.joined ? 'never' : 'never joined'),
      added: timeText(host.createdAt),
      'agent version': host.agentVersion,
      'engine version': host.engineVersion,
      'clock skew': clockSkewSeconds === undefined ? undefined : `${clockSkewSeconds.toFixed(3)}s`,
      'certificate until': timeText(host.certificateExpiresAt),
      exporter:
        exporter && `${exporter.tls ? 'https' : 'http'}://${exporter.address}:${String(exporter.port)}${exporter.path}`,
      containers: host.containers?.toString(),
    }),
    ...(reasons.length === 0 ? [] : ['', `Not online because:`]),
    ...tableLines(reasons, reasonColumns)
      .slice(1)
      .map((line) => `  ${line}`),
  ];
}

const reasonColumns = [
  { heading: '', text: ({ code }: Host['reasons'][number]) => code },
  { heading: '', text: ({ text }: Host['reasons'][number]) => text },
];
