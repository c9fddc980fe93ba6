/** What a role may allow, as `<what>.<how>`. Later parts of the server add to this list. */
export const permissions = [
  'metrics.read',
  'hosts.read',
  'hosts.write',
  'containers.read',
  'stacks.read',
  'stacks.deploy',
  'backups.read',
  'backups.run',
  'alerts.read',
  'alerts.write',
  'audit.read',
  'roles.read',
  'users.read',
  'users.write',
  'tokens.read',
  'tokens.write',
  'server.backup',
  'images.read',
  'images.write',
  'orgs.write',
] as const;

export type Permission = (typeof permissions)[number];

const readable = [
  'metrics.read',
  'hosts.read',
  'containers.read',
  'stacks.read',
  'backups.read',
  'alerts.read',
  'audit.read',
  'roles.read',
  'images.read',
] as const satisfies readonly Permission[];

/** The roles that every server has; they can be neither changed nor removed. */
export const builtInRoles = {
  admin: permissions,
  operator: [...readable, 'stacks.deploy', 'backups.run', 'alerts.write', 'images.write'],
  viewer: readable,
  scraper: ['metrics.read'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;
