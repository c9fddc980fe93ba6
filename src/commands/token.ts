import { createdOrgTokenSchema } from '../protocol/api/supply-chain.ts';
import { createdTokenSchema, tokensSchema, type Token } from '../protocol/api/tokens.ts';
import { allPages } from './cli/all-pages.ts';
import type { ApiCaller } from './cli/api-caller.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { durationFlag, nameFlag, namesFlag, optional } from './cli/flags.ts';
import { removal } from './cli/removal.ts';
import { defineSubcommand, type CliReply, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { timeText } from './cli/times.ts';
import { orgPath } from './supply-chain/org.ts';

const tokensPath = '/api/v1/tokens';

const day = 86_400_000;
const tokenLife = { minMs: 1000, maxMs: 3650 * day, orNever: true };

const roleFlag = nameFlag('ROLE', 'What it may do: admin, operator, viewer, scraper, or a role of your own.');

const create = defineSubcommand({
  name: 'create',
  summary: 'creates a token and prints it, and nothing else, on standard output',
  subject: 'NAME',
  flags: {
    role: optional(roleFlag),
    org: optional(nameFlag('ORG', "Instead of a role: the personal access token of the organisation's owner.")),
    user: optional(nameFlag('USER', 'With --org: whose it is; the first owner without it.')),
    host: namesFlag('NAME', 'With --role: the only hosts it sees; all without it'),
    expires: durationFlag('How long it is good for: s, m, h, d, or never; never without it.', tokenLife),
  },
  flagUsage: '--role ROLE | --org ORG',
  remarks: [
    'The token is shown this once; the server keeps its SHA-256 only.',
    'With --org it is good for the metrics of this one organisation, below /v1/exporter/org/ORG.',
  ],
  check({ flags: { role, org, user, host } }) {
    if (role === undefined && org === undefined) {
      return [`--role ROLE is missing: ${roleFlag.doc} Or --org ORG, for the metrics of an organisation`];
    }
    if (org === undefined) return user === undefined ? [] : ['--user goes with --org alone'];
    if (role !== undefined) return ['--role and --org are two kinds of token: keep one'];
    return host.length === 0 ? [] : ['--host goes with --role alone'];
  },
  async run({ api, subject: name, flags: { role, org, user, host, expires } }) {
    if (org !== undefined) return await createOrgToken(api, org, { name, user, expires });
    const body = { name, role, hosts: host.length === 0 ? undefined : host, expires };
    const created = await api.call({ method: 'POST', path: tokensPath, body, reply: createdTokenSchema });
    return createdReply(created, `The token ${name} has the role ${created.role}`);
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the tokens, without what is secret about them',
  flags: {},
  async run({ api }) {
    const items = await allPages(api, tokensPath, tokensSchema);
    return { json: { items }, lines: tableLines(items, tokenColumns) };
  },
});

const revoke = defineSubcommand({
  name: 'revoke',
  summary: 'revokes a token: it is refused from the next request on',
  subject: 'NAME',
  flags: {},
  run: (call) => removal(call, { path: tokensPath, what: 'token', verb: 'revoked' }),
});

async function createOrgToken(api: ApiCaller, org: string, body: object): Promise<CliReply> {
  const path = orgPath(org, 'tokens');
  const created = await api.call({ method: 'POST', path, body, reply: createdOrgTokenSchema });
  return createdReply(created, `The token ${created.name} of ${created.user} is for ${org}`);
}

function createdReply(created: { token: string; expiresAt?: string | undefined }, what: string): CliReply {
  const until = created.expiresAt === undefined ? '' : `, until ${timeText(created.expiresAt) ?? ''}`;
  return { json: created, lines: [created.token], notes: [`${what}${until}. It is not shown again.`] };
}

export const tokenCommands: CommandGroup = {
  name: 'token',
  summary: 'tokens, for programs such as Prometheus and for these commands',
  subcommands: [create, list, revoke],
};

export const token = createCommandGroup(tokenCommands);

const tokenColumns = [
  { heading: 'NAME', text: ({ name }: Token) => name },
  { heading: 'ROLE', text: ({ role }: Token) => role },
  { heading: 'HOSTS', text: ({ hosts }: Token) => hosts?.join(', ') ?? 'all' },
  { heading: 'CREATED', text: ({ createdAt }: Token) => timeText(createdAt) },
  { heading: 'BY', text: ({ createdBy }: Token) => createdBy },
  { heading: 'EXPIRES', text: ({ expiresAt }: Token) => timeText(expiresAt) ?? 'never' },
  { heading: 'LAST USED', text: ({ lastUsedAt }: Token) => timeText(lastUsedAt) ?? 'never' },
];
