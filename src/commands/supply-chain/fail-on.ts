import { TallymanError } from '../../base/errors.ts';
import { nearest } from '../../config/nearest.ts';
import { policiesSchema, type ImageReply } from '../../protocol/api/supply-chain.ts';
import { allPages } from '../cli/all-pages.ts';
import type { ApiCaller } from '../cli/api-caller.ts';
import { namesFlag } from '../cli/flags.ts';
import { orgPath } from './org.ts';

type PolicyResult = ImageReply['policies'][number];

const anyPolicy = 'any';

export const failOnFlag = namesFlag('POLICY', 'Exit with 3 where the image violates this policy; any: whichever it is');

/** Refuses a policy that would never be violated because there is none of this id, or because it is disabled. */
export async function checkFailOn(api: ApiCaller, org: string, wanted: readonly string[]): Promise<void> {
  if (wanted.every((id) => id === anyPolicy)) return;
  const policies = await allPages(api, orgPath(org, 'policies'), policiesSchema);
  for (const id of wanted.filter((one) => one !== anyPolicy)) {
    const policy = policies.find((one) => one.id === id);
    if (policy?.enabled === true) continue;
    const ids = policies.map((one) => one.id);
    const meant = nearest(id, [...ids, anyPolicy]);
    const hint = meant === undefined ? `there are ${ids.join(', ')}` : `did you mean ${meant}?`;
    const why =
      policy === undefined
        ? `is no policy of ${org}: ${hint}`
        : `is disabled: enable it with 'tallyman policy enable ${id} --org ${org}', or leave it out`;
    throw new TallymanError('CLI_POLICY', `--fail-on: ${id} ${why}`);
  }
}

export interface Verdict {
  /** Why the exit code is 3. */
  faults: readonly string[];
  /** What was asked about, and could not be told. */
  notes: readonly string[];
  exitCode: 0 | 3;
}

/** What --fail-on makes of an image's results. Where there is no data nothing is violated. */
export function judge(image: string, results: readonly PolicyResult[], wanted: readonly string[]): Verdict {
  const asked = results.filter(({ id }) => wanted.includes(anyPolicy) || wanted.includes(id));
  const told = (result: PolicyResult['result'], verb: string): string[] =>
    asked
      .filter((one) => one.result === result)
      .map(({ id, reasons }) => `${image} ${verb} ${id}: ${firstOf(reasons)}`);
  const faults = told('violated', 'violates');
  return { faults, notes: told('no-data', 'has no data for'), exitCode: faults.length === 0 ? 0 : 3 };
}

function firstOf([first = 'no reason is given', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} (and ${String(more.length)} more)`;
}
