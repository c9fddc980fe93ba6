import type { z } from 'zod';
import { imageSchema, imagesSchema, type imageSummarySchema, type ImageReply } from '../protocol/api/supply-chain.ts';
import { severities } from '../supply-chain/report.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { timeText } from './cli/times.ts';
import { checkFailOn, failOnFlag, judge } from './supply-chain/fail-on.ts';
import { imageLines } from './supply-chain/image-lines.ts';
import { imageName, shortDigest } from './supply-chain/image-text.ts';
import { orgFlag, orgPath } from './supply-chain/org.ts';

type Summary = z.infer<typeof imageSummarySchema>;

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the images, with their streams and vulnerabilities',
  flags: { org: orgFlag },
  async run({ api, flags: { org } }) {
    const items = await allPages(api, orgPath(org, 'images'), imagesSchema);
    return { json: { items }, lines: tableLines(items, imageColumns) };
  },
});

const show = defineSubcommand({
  name: 'show',
  summary: 'shows one image: vulnerabilities, policies with their reasons, and what to upgrade',
  subject: 'REF',
  flags: { org: orgFlag, 'fail-on': failOnFlag },
  async run({ api, subject: ref, flags: { org, 'fail-on': wanted } }) {
    await checkFailOn(api, org, wanted);
    const image = await api.call({ method: 'GET', path: orgPath(org, 'image', { ref }), reply: imageSchema });
    const { faults, notes, exitCode } = judge(imageName(image), image.policies, wanted);
    return { json: shownImage(image), lines: imageLines(image), faults, notes, exitCode };
  },
});

const remove = defineSubcommand({
  name: 'remove',
  summary: 'forgets an image: its reports, its tags and its places in environments',
  subject: 'REF',
  flags: { org: orgFlag },
  async run({ api, subject: ref, flags: { org } }) {
    await api.call({ method: 'DELETE', path: orgPath(org, 'image', { ref }) });
    return { json: { ref, removed: true }, lines: [], notes: [`The image ${ref} is removed.`] };
  },
});

export const imageCommands: CommandGroup = {
  name: 'image',
  summary: 'images: what is known of them',
  subcommands: [list, show, remove],
};

export const image = createCommandGroup(imageCommands);

/** What pipelines read stands first and is always there; an image that was never scanned has null for its figures. */
function shownImage({ vulnerabilities, policies, ...rest }: ImageReply): object {
  return {
    vulnerabilities: vulnerabilities ?? null,
    policies: policies.map(({ id, result, reasons }) => ({ id, result, reasons })),
    ...rest,
  };
}

const imageColumns = [
  { heading: 'REPOSITORY', text: ({ repository }: Summary) => repository },
  { heading: 'TAGS', text: ({ tags }: Summary) => tags.join(', ') },
  { heading: 'DIGEST', text: ({ digest }: Summary) => shortDigest(digest) },
  { heading: 'STREAMS', text: ({ streams }: Summary) => streams.join(', ') },
  ...severities.map((severity) => ({
    heading: severity.toUpperCase(),
    text: ({ vulnerabilities }: Summary) => vulnerabilities?.[severity].toString(),
  })),
  { heading: 'GRADE', text: ({ grade }: Summary) => grade },
  { heading: 'SCANNED', text: ({ scannedAt }: Summary) => timeText(scannedAt) },
];
