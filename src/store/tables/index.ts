import { createAudit } from '../audit/audit-log.ts';
import type { Context } from '../context.ts';
import type { Tables } from '../store.ts';
import { createAutomaticEnvironments } from './automatic-environments.ts';
import { createBatches } from './batches.ts';
import { createCertificates } from './certificates.ts';
import { createEnvironments } from './environments.ts';
import { createHosts } from './hosts.ts';
import { createImages } from './images.ts';
import { createInstances } from './instances.ts';
import { createInventories } from './inventories.ts';
import { createJoinTokens } from './join-tokens.ts';
import { createKeyVault } from './key-vault.ts';
import { createLeases } from './leases.ts';
import { createLoginGuards } from './login-guards.ts';
import { createOrgs } from './orgs.ts';
import { createPolicySettings } from './policy-settings.ts';
import { createPresences } from './presences.ts';
import { createReports } from './reports.ts';
import { createRoles } from './roles.ts';
import { createSessions } from './sessions.ts';
import { createSettings } from './settings.ts';
import { createTags } from './tags.ts';
import { createTokens } from './tokens.ts';
import { createUsers } from './users.ts';

/** Everything there is to ask, of the database or within a transaction. */
export function createTables(context: Context): Tables {
  return {
    settings: createSettings(context),
    keys: createKeyVault(context),
    roles: createRoles(context),
    users: createUsers(context),
    sessions: createSessions(context),
    loginGuards: createLoginGuards(context),
    tokens: createTokens(context),
    hosts: createHosts(context),
    joinTokens: createJoinTokens(context),
    certificates: createCertificates(context),
    instances: createInstances(context),
    presences: createPresences(context),
    inventories: createInventories(context),
    batches: createBatches(context),
    leases: createLeases(context),
    audit: createAudit(context),
    orgs: createOrgs(context),
    images: createImages(context),
    tags: createTags(context),
    reports: createReports(context),
    environments: createEnvironments(context),
    automaticEnvironments: createAutomaticEnvironments(context),
    policySettings: createPolicySettings(context),
  };
}
