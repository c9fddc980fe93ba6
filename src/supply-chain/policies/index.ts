import { TallymanError } from '../../base/errors.ts';
import { approvedBaseImages } from './approved-base-images.ts';
import { supplyChainAttestations } from './attestations.ts';
import { copyleftLicenses } from './copyleft-licenses.ts';
import { defaultUser } from './default-user.ts';
import { fixableVulnerabilities } from './fixable-vulnerabilities.ts';
import { highProfileVulnerabilities } from './high-profile-vulnerabilities.ts';
import type { Policy } from './policy.ts';
import { printable } from './printable.ts';
import { staleBaseImages } from './stale-base-images.ts';

/** The policies every organisation has, all enabled when it is made. */
export const policies: readonly Policy[] = [
  defaultUser,
  copyleftLicenses,
  fixableVulnerabilities,
  highProfileVulnerabilities,
  staleBaseImages,
  approvedBaseImages,
  supplyChainAttestations,
];

/** The policy with this id; throws POLICY_UNKNOWN that names those there are. */
export function findPolicy(id: string): Policy {
  const policy = policies.find((one) => one.id === id);
  if (policy !== undefined) return policy;
  const ids = policies.map((one) => one.id).join(', ');
  throw new TallymanError('POLICY_UNKNOWN', `there is no policy ${printable(id, 80)}; there are ${ids}`);
}
