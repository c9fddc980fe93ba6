import { userSchema, usersSchema, type User } from '../protocol/api/users.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { nameFlag, type Flag } from './cli/flags.ts';
import { removal } from './cli/removal.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { timeText } from './cli/times.ts';

const usersPath = '/api/v1/users';

/** There is no other way to give a password: everybody on the machine can see arguments. */
const passwordStdin: Flag<boolean> = {
  doc: 'Read the password from standard input, as one line.',
  isRequired: true,
  parse: () => ({ ok: true, value: true }),
};

const create = defineSubcommand({
  name: 'create',
  summary: 'creates a user',
  subject: 'NAME',
  flags: {
    role: nameFlag('ROLE', 'What the user may do: admin, operator, viewer, scraper, or a role of your own.'),
    'password-stdin': passwordStdin,
  },
  async run({ api, subject: name, flags: { role }, readSecret }) {
    const body = { name, role, password: await readSecret() };
    const created = await api.call({ method: 'POST', path: usersPath, body, reply: userSchema });
    return { json: created, lines: [], notes: [`The user ${name} with the role ${role} is there.`] };
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the users',
  flags: {},
  async run({ api }) {
    const items = await allPages(api, usersPath, usersSchema);
    return { json: { items }, lines: tableLines(items, userColumns) };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a user; its sessions end',
  subject: 'NAME',
  flags: {},
  run: (call) => removal(call, { path: usersPath, what: 'user' }),
});

const password = defineSubcommand({
  name: 'password',
  summary: 'sets the password of a user; its sessions end',
  subject: 'NAME',
  flags: { 'password-stdin': passwordStdin },
  async run({ api, subject: name, readSecret }) {
    const body = { password: await readSecret() };
    await api.call({ method: 'PUT', path: `${usersPath}/${name}/password`, body });
    return { json: { name, changed: true }, lines: [], notes: [`The user ${name} has a new password.`] };
  },
});

export const userCommands: CommandGroup = {
  name: 'user',
  summary: 'the people who may log in',
  subcommands: [create, list, remove, password],
};

export const user = createCommandGroup(userCommands);

const userColumns = [
  { heading: 'NAME', text: ({ name }: User) => name },
  { heading: 'ROLE', text: ({ role }: User) => role },
  { heading: 'CREATED', text: ({ createdAt }: User) => timeText(createdAt) },
];
