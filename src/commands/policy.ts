import type { z } from 'zod';
import { TallymanError } from '../base/errors.ts';
import { policiesSchema, policySchema } from '../protocol/api/supply-chain.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { textFlag } from './cli/flags.ts';
import { shownJsonLine, shownText } from './cli/shown-text.ts';
import { defineSubcommand, type CliCall, type CliReply, type CommandGroup } from './cli/subcommand.ts';
import { factLines, tableLines } from './cli/table.ts';
import { orgFlag, orgPath } from './supply-chain/org.ts';
import { changeConfig, parseConfig } from './supply-chain/policy-config.ts';

type Policy = z.infer<typeof policySchema>;
type PolicyCall = Pick<CliCall<unknown>, 'api' | 'subject'> & { flags: { org: string } };

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the policies',
  flags: { org: orgFlag },
  async run({ api, flags: { org } }) {
    const items = await allPages(api, orgPath(org, 'policies'), policiesSchema);
    return { json: { items }, lines: tableLines(items, policyColumns) };
  },
});

const enable = defineSubcommand({
  name: 'enable',
  summary: 'enables a policy',
  subject: 'ID',
  flags: { org: orgFlag },
  run: (call) => change(call, { enabled: true }),
});

const disable = defineSubcommand({
  name: 'disable',
  summary: 'disables a policy: its series go, and --fail-on refuses it',
  subject: 'ID',
  flags: { org: orgFlag },
  run: (call) => change(call, { enabled: false }),
});

const set = defineSubcommand({
  name: 'set',
  summary: 'configures a policy, or writes one of your own',
  subject: 'ID',
  further: { word: 'KEY=VALUE' },
  flags: {
    config: textFlag('JSON', 'The whole configuration; what it leaves out is at its default. Or one KEY=VALUE.'),
    expression: textFlag('TEXT', 'Of a policy of your own: what is true of an image that complies.'),
    name: textFlag('DISPLAYNAME', 'Of a policy of your own: how dashboards show it.'),
    org: orgFlag,
  },
  remarks: [
    'KEY=VALUE changes one setting and leaves the others: severities=critical,high graceDays=14. Lists are separated by',
    'commas; KEY= sets the default again. A policy of your own has one, fix: what to do about an image that violates it.',
  ],
  check({ flags: { config, expression, name }, further }) {
    if ([config, expression, name].every((flag) => flag === undefined) && further.length === 0) {
      return ['say what to set: KEY=VALUE, --config JSON, or --expression TEXT and --name DISPLAYNAME'];
    }
    if (config === undefined || parseConfig(config) !== undefined) {
      return config !== undefined && further.length > 0
        ? ['--config is the whole configuration: leave out KEY=VALUE']
        : [];
    }
    return isAssignment(config) ? [] : ['--config: it is neither a JSON object nor KEY=VALUE'];
  },
  async run(call) {
    const { flags, further } = call;
    const { expression, name: displayName } = flags;
    const whole = flags.config === undefined ? undefined : parseConfig(flags.config);
    const changes = [...(flags.config !== undefined && whole === undefined ? [flags.config] : []), ...further];
    const isNew = expression !== undefined;
    const config = changes.length === 0 ? whole : await changedConfig(call, { changes, isNew });
    return await change(call, { config, expression, displayName });
  },
});

const show = defineSubcommand({
  name: 'show',
  summary: 'shows a policy, its configuration and what it means',
  subject: 'ID',
  flags: { org: orgFlag },
  async run(call) {
    const policy = await find(call);
    return { json: policy, lines: policyLines(policy) };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a policy of your own',
  subject: 'ID',
  flags: { org: orgFlag },
  async run({ api, subject: id, flags: { org } }) {
    await api.call({ method: 'DELETE', path: orgPath(org, `policies/${id}`) });
    return { json: { id, removed: true }, lines: [], notes: [`The policy ${id} is removed.`] };
  },
});

export const policyCommands: CommandGroup = {
  name: 'policy',
  summary: 'policies: what images have to be like',
  subcommands: [list, show, enable, disable, set, remove],
};

export const policy = createCommandGroup(policyCommands);

async function find({ api, subject: id, flags: { org } }: PolicyCall): Promise<Policy> {
  return await api.call({ method: 'GET', path: orgPath(org, `policies/${id}`), reply: policySchema });
}

/** The only setting of a policy of one's own: what to do about an image that violates it. */
const ownDefaults = { fix: '' };

async function changedConfig(
  call: PolicyCall,
  { changes, isNew }: { changes: readonly string[]; isNew: boolean },
): Promise<Policy['config']> {
  try {
    const { config, defaults, expression } = await find(call);
    return changeConfig(config, expression === undefined ? defaults : ownDefaults, changes);
  } catch (error) {
    // With an expression it is being written by this very command.
    if (!isNew || !(error instanceof TallymanError) || error.code !== 'POLICY_UNKNOWN') throw error;
    return changeConfig({}, ownDefaults, changes);
  }
}

async function change({ api, subject: id, flags: { org } }: PolicyCall, body: object): Promise<CliReply> {
  const path = orgPath(org, `policies/${id}`);
  const changed = await api.call({ method: 'PUT', path, body, reply: policySchema });
  return { json: changed, lines: [], notes: [`The policy ${id} is ${stateOf(changed)}; ${configText(changed)}.`] };
}

function isAssignment(text: string): boolean {
  return /^[A-Za-z][^={}"]*=/.test(text);
}

function stateOf({ enabled }: Policy): string {
  return enabled ? 'enabled' : 'disabled';
}

function configText({ config }: Policy): string {
  return Object.keys(config).length === 0 ? 'it has no settings' : `configuration: ${shownJsonLine(config)}`;
}

function policyLines(policy: Policy): readonly string[] {
  const { id, displayName, expression, config, defaults, doc } = policy;
  const settings = [...new Set([...Object.keys(defaults), ...Object.keys(config)])];
  return [
    ...factLines({ id, name: displayName, state: stateOf(policy), expression }),
    ...(doc === '' ? [] : ['', ...doc.split('\n').map(shownText)]),
    ...(settings.length === 0 ? [] : ['', ...tableLines(settings, settingColumns(policy))]),
  ];
}

function settingColumns({ config, defaults }: Policy) {
  const text = (value: unknown): string => (value === undefined ? '' : shownJsonLine(value));
  return [
    { heading: 'SETTING', text: (key: string) => key },
    { heading: 'VALUE', text: (key: string) => text(config[key] ?? defaults[key]) },
    { heading: 'DEFAULT', text: (key: string) => text(defaults[key]) },
  ];
}

const policyColumns = [
  { heading: 'ID', text: ({ id }: Policy) => id },
  { heading: 'NAME', text: ({ displayName }: Policy) => displayName },
  { heading: 'STATE', text: stateOf },
  { heading: 'KIND', text: ({ expression }: Policy) => (expression === undefined ? 'built in' : 'your own') },
];
