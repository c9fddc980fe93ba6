import { z } from 'zod';
import { definePolicy } from './policy.ts';
import { printable } from './printable.ts';
import { compliant, noData, violated } from './results.ts';

export const defaultUser = definePolicy({
  id: 'no-default-root-user',
  displayName: 'Default non-root user',
  doc: "The image's configuration names a user, and it is not root.",
  config: z.strictObject({
    /** Users that count as root, by name or number. No user at all always does. */
    rootUsers: z.array(z.string().min(1).max(64)).max(100).default(['root', '0']),
  }),
  evaluate({ user }, { rootUsers }) {
    if (user === undefined)
      return noData("the image's user: push a report that has it (Trivy's JSON), or let an agent see the image");
    const name = userPart(user);
    if (name !== '' && !rootUsers.some((root) => userPart(root) === name)) return compliant;
    return violated(
      name === '' ? 'no user is set, which is root' : `the user is ${printable(user, 80)}`,
      'set USER to another in the Dockerfile',
    );
  },
});

/** The user of `user:group`; numbers without leading zeros, as the kernel reads them. */
function userPart(user: string): string {
  const colon = user.indexOf(':');
  const name = (colon === -1 ? user : user.slice(0, colon)).trim();
  return /^\d{1,15}$/.test(name) ? String(Number(name)) : name;
}
