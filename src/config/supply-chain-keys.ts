import { z } from 'zod';
import { defineKey } from './key.ts';
import { boolean } from './values/boolean.ts';
import { choice } from './values/choice.ts';
import { duration } from './values/duration.ts';
import { listOf } from './values/list.ts';
import { wholeNumber } from './values/number.ts';
import { filePath, text, textKind } from './values/text.ts';
import { accept, refuse, type ValueKind } from './values/value-kind.ts';

export type SupplyChainKeys = typeof supplyChainKeys;

const notName = 'is not the name of an organisation: use letters, digits, dots, dashes and underscores';
const orgName = textKind('name', notName, (given) =>
  /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/.test(given) ? accept(given) : refuse(notName),
);
const orgList = listOf(orgName, { type: 'list of organisations', unique: true });

/** A list, or one text with commas. */
const orgNames: ValueKind<readonly string[]> = {
  ...orgList,
  schema: z.unknown().transform((raw, context): readonly string[] => {
    const isText = typeof raw === 'string';
    const parts = isText ? raw.split(',').map((part) => part.trim()) : raw;
    const parsed = orgList.schema.safeParse(raw === '' ? [] : parts);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: isText ? [] : path, message });
    return z.NEVER;
  }),
};

const notUrl = 'is not an address: use https://host';
const url = textKind('URL', notUrl, (given) => {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return refuse(notUrl);
  if (parsed.username !== '' || parsed.password !== '')
    return refuse('has a user in it: use scout.upstream.token instead');
  return accept(given.replace(/\/+$/, ''));
});

/** The keys of `tallyman server` that are about images, their reports and policies. */
export const supplyChainKeys = {
  'scout.cache': defineKey({
    ...duration({ min: 0 }),
    default: 60 * 60_000,
    env: 'TALLYMAN_SCOUT_CACHE',
    flag: 'scout.cache',
    doc: 'Scrapes of an organisation inside of this window get the same body, from whichever server; 0 evaluates each time.',
  }),
  'scout.upstream.url': defineKey({
    ...url,
    default: 'https://api.scout.docker.com',
    env: 'TALLYMAN_SCOUT_UPSTREAM_URL',
    doc: "Where Docker Scout's own exporter is, for the organisations in `scout.upstream.orgs`.",
  }),
  'scout.upstream.token': defineKey({
    ...text,
    default: '',
    env: 'TALLYMAN_SCOUT_UPSTREAM_TOKEN',
    secret: true,
    doc: 'The personal access token with which Docker Scout is asked, of an owner of those organisations there. At most once an hour.',
  }),
  'scout.upstream.token_file': defineKey({
    ...filePath,
    default: '',
    env: 'TALLYMAN_SCOUT_UPSTREAM_TOKEN_FILE',
    doc: 'A file with that token on its first line, instead of `scout.upstream.token`.',
  }),
  'scout.upstream.orgs': defineKey({
    ...orgNames,
    default: [],
    env: 'TALLYMAN_SCOUT_UPSTREAM_ORGS',
    doc: 'Organisations whose metrics are those of Docker Scout, served under the same paths; several with commas.',
  }),
  'reports.folder': defineKey({
    ...filePath,
    default: '',
    env: 'TALLYMAN_REPORTS_FOLDER',
    doc: 'Reports that appear in `<folder>/<organisation>/` are taken in, and moved to `done/`, or to `refused/` with the reason beside. Empty: none.',
  }),
  'reports.max_bytes': defineKey({
    ...wholeNumber(1024, 2 ** 31, 'a number of bytes'),
    default: 200 * 1024 * 1024,
    env: 'TALLYMAN_REPORTS_MAX_BYTES',
    doc: 'The largest report that is taken in, uncompressed.',
  }),
  'scan.scanner': defineKey({
    ...choice('auto', 'trivy', 'grype', 'none'),
    default: 'auto',
    env: 'TALLYMAN_SCANNER',
    doc: 'The program that scans images where the server is, if it is on the `PATH`; `auto` is Trivy, else Grype.',
  }),
  'scan.interval': defineKey({
    ...duration({ min: 0, maxDays: 365 }),
    default: 0,
    env: 'TALLYMAN_SCAN_INTERVAL',
    doc: 'Images that run, or were never scanned, are scanned again when their last scan is so old; 0: only when asked.',
  }),
  'scan.timeout': defineKey({
    ...duration({ min: 1 }),
    default: 10 * 60_000,
    env: 'TALLYMAN_SCAN_TIMEOUT',
    doc: 'The longest that one scan may take.',
  }),
  'policies.kev_file': defineKey({
    ...filePath,
    default: '',
    env: 'TALLYMAN_KEV_FILE',
    doc: "CISA's catalogue of known exploited vulnerabilities (`known_exploited_vulnerabilities.json`); read again when it changes.",
  }),
  'images.metrics.enabled': defineKey({
    ...boolean,
    default: false,
    env: 'TALLYMAN_IMAGE_METRICS',
    doc: 'Series of single images (`tallyman_image_...`) on `/metrics`.',
  }),
  'images.metrics.max_images': defineKey({
    ...wholeNumber(1, 100_000),
    default: 500,
    doc: 'How many images of an organisation have series: those that run first, then those with the most severe figures.',
  }),
  'images.metrics.max_vulnerabilities': defineKey({
    ...wholeNumber(0, 100_000),
    default: 0,
    doc: 'How many vulnerabilities of an organisation have a series each; 0: none has.',
  }),
} as const;
