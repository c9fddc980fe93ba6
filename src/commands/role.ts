import { roleSchema, rolesSchema, type Role } from '../protocol/api/roles.ts';
import { permissions } from '../protocol/permissions.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { namesFlag, permissionsFlag } from './cli/flags.ts';
import { removal } from './cli/removal.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { timeText } from './cli/times.ts';

const rolesPath = '/api/v1/roles';

const create = defineSubcommand({
  name: 'create',
  summary: 'creates a role of permissions',
  subject: 'NAME',
  flags: {
    permission: permissionsFlag('PERMISSION', 'What the role allows, such as metrics.read'),
    host: namesFlag('NAME', 'The only hosts the role is good for; all without it'),
  },
  remarks: [`Permissions: ${permissions.slice(0, 8).join(', ')},`, `${permissions.slice(8).join(', ')}.`],
  async run({ api, subject: name, flags: { permission, host } }) {
    const body = { name, permissions: permission, hosts: host.length === 0 ? undefined : host };
    const created = await api.call({ method: 'POST', path: rolesPath, body, reply: roleSchema });
    return { json: created, lines: [], notes: [`The role ${name} is there.`] };
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the roles, built-in ones too, and what they allow',
  flags: {},
  async run({ api }) {
    const items = await allPages(api, rolesPath, rolesSchema);
    return { json: { items }, lines: tableLines(items, roleColumns) };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a role that no user and no token has',
  subject: 'NAME',
  flags: {},
  run: (call) => removal(call, { path: rolesPath, what: 'role' }),
});

export const roleCommands: CommandGroup = {
  name: 'role',
  summary: 'roles: what users and tokens may do',
  subcommands: [create, list, remove],
};

export const role = createCommandGroup(roleCommands);

const roleColumns = [
  { heading: 'NAME', text: ({ name }: Role) => name },
  { heading: 'BUILT IN', text: ({ builtIn }: Role) => (builtIn ? 'yes' : 'no') },
  { heading: 'HOSTS', text: ({ hosts }: Role) => hosts?.join(', ') ?? 'all' },
  { heading: 'CREATED', text: ({ createdAt }: Role) => timeText(createdAt) },
  { heading: 'PERMISSIONS', text: ({ permissions }: Role) => permissions.join(', ') },
];
