import type { z } from 'zod';
import { errorText, TallymanError } from '../base/errors.ts';
import { environmentSchema, environmentsSchema, ruleSchema } from '../protocol/api/supply-chain.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { switchFlag, textFlag } from './cli/flags.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { imageName } from './supply-chain/image-text.ts';
import { orgFlag, orgPath } from './supply-chain/org.ts';

type Environment = z.infer<typeof environmentSchema>;
type Rule = z.infer<typeof ruleSchema>;

const record = defineSubcommand({
  name: 'record',
  summary: 'says that these images are in an environment, which is made by that',
  subject: 'NAME',
  further: { word: 'REF', isRequired: true },
  flags: { org: orgFlag },
  async run({ api, subject: name, further: images, flags: { org } }) {
    const path = orgPath(org, `environments/${name}`);
    const changed = await api.call({ method: 'POST', path, body: { images }, reply: environmentSchema });
    return { json: changed, lines: [], notes: [`${name} has ${imagesText(changed)} now.`] };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'says that these images have left an environment; with the last one it is gone',
  subject: 'NAME',
  further: { word: 'REF', isRequired: true },
  flags: { org: orgFlag },
  async run({ api, subject: name, further, flags: { org } }) {
    const removed: string[] = [];
    const faults: string[] = [];
    for (const ref of further) {
      try {
        await api.call({ method: 'DELETE', path: orgPath(org, `environments/${name}`, { ref }) });
        removed.push(ref);
      } catch (error) {
        // What is wrong with one image is no reason to leave the others.
        if (further.length === 1 || !(error instanceof TallymanError) || error.code.startsWith('CLI_')) throw error;
        faults.push(`${ref}: ${errorText(error)} (${error.code})`);
      }
    }
    const notes = removed.length === 0 ? [] : [`${removed.join(', ')} left ${name}.`];
    return { json: { name, removed }, lines: [], notes, faults, exitCode: faults.length === 0 ? 0 : 1 };
  },
});

const auto = defineSubcommand({
  name: 'auto',
  summary: 'puts whatever runs there into an environment, as long as it runs',
  subject: 'NAME',
  flags: {
    host: textFlag('HOST', 'What runs on this host of the fleet.'),
    stack: textFlag('STACK', 'What runs in this Compose project, on any host.'),
    label: textFlag('KEY=VALUE', 'What runs in containers with this label.'),
    off: switchFlag('Take this rule back.'),
    org: orgFlag,
  },
  flagUsage: '--host HOST | --stack STACK | --label KEY=VALUE',
  check({ flags }) {
    const given = rulesIn(flags);
    if (given.length !== 1) return ['say what belongs to it with one of --host, --stack and --label'];
    return flags.label === undefined || /^[^=]+=/.test(flags.label) ? [] : ['--label: write it as KEY=VALUE'];
  },
  async run({ api, subject: name, flags }) {
    const { org, off } = flags;
    const [rule] = rulesIn(flags);
    const path = `environments/${name}/rules`;
    if (off) {
      await api.call({ method: 'DELETE', path: orgPath(org, path, rule) });
      return { json: { name, rule, removed: true }, lines: [], notes: [`The rule is gone from ${name}.`] };
    }
    await api.call({ method: 'POST', path: orgPath(org, path), body: rule, reply: ruleSchema });
    return { json: { name, rule }, lines: [], notes: [`What runs there is in ${name} from now on.`] };
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the environments, their images and rules',
  flags: { org: orgFlag },
  async run({ api, flags: { org } }) {
    const items = await allPages(api, orgPath(org, 'environments'), environmentsSchema);
    return { json: { items }, lines: tableLines(items.flatMap(rowsOf), rowColumns) };
  },
});

export const envCommands: CommandGroup = {
  name: 'env',
  summary: 'environments: which images are where',
  subcommands: [record, remove, auto, list],
};

export const env = createCommandGroup(envCommands);

function rulesIn(flags: Readonly<Record<Rule['kind'], string | undefined>>): readonly Rule[] {
  return (['host', 'stack', 'label'] as const).flatMap((kind) => {
    const value = flags[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
}

function imagesText({ images }: Environment): string {
  return images.length === 1 ? 'one image' : `${String(images.length)} images`;
}

interface Row {
  name: string;
  what: string;
  why: string;
}

/** A row for each image and rule. */
function rowsOf({ name, images, rules }: Environment): readonly Row[] {
  return [
    ...images.map((image) => ({ name, what: imageName(image), why: image.recorded ? 'recorded' : 'runs there' })),
    ...rules.map(({ kind, value }) => ({ name, what: `${kind} ${value}`, why: 'rule' })),
  ];
}

const rowColumns = [
  { heading: 'ENVIRONMENT', text: ({ name }: Row) => name },
  { heading: 'IMAGE OR RULE', text: ({ what }: Row) => what },
  { heading: 'WHY', text: ({ why }: Row) => why },
];
