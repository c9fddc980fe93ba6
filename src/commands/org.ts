import type { z } from 'zod';
import { orgSchema, orgsSchema } from '../protocol/api/supply-chain.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { nameFlag } from './cli/flags.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { timeText } from './cli/times.ts';
import { orgsPath } from './supply-chain/org.ts';

type Org = z.infer<typeof orgSchema>;

const create = defineSubcommand({
  name: 'create',
  summary: 'creates an organisation, with all policies enabled',
  subject: 'ORG',
  flags: { owner: nameFlag('USER', 'Whose tokens may read its metrics: a user of the server.') },
  async run({ api, subject: name, flags: { owner } }) {
    const body = { name, owner };
    const created = await api.call({ method: 'POST', path: orgsPath, body, reply: orgSchema });
    return { json: created, lines: [], notes: [`The organisation ${name} is there; ${owner} is its owner.`] };
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the organisations',
  flags: {},
  async run({ api }) {
    const items = await allPages(api, orgsPath, orgsSchema);
    return { json: { items }, lines: tableLines(items, orgColumns) };
  },
});

export const orgCommands: CommandGroup = {
  name: 'org',
  summary: 'organisations: whose images they are',
  subcommands: [create, list],
};

export const org = createCommandGroup(orgCommands);

const orgColumns = [
  { heading: 'NAME', text: ({ name }: Org) => name },
  { heading: 'OWNERS', text: ({ owners }: Org) => owners.join(', ') },
  { heading: 'CREATED', text: ({ createdAt }: Org) => timeText(createdAt) },
];
