import { randomBytes } from 'node:crypto';
import { TallymanError } from '../../base/errors.ts';
import { newPasswordSchema } from '../../protocol/api/session.ts';
import type { Store } from '../../store/store.ts';
import { createPasswords, type Passwords } from './passwords.ts';

export const firstAdministrator = 'admin';

/**
 * Makes the user `admin` where there is no user at all, with the password given or one it makes up (`generated`, to be
 * shown once). Of servers that start at the same time on one database only one does. Throws ADMIN_PASSWORD.
 */
export async function ensureAdministrator(
  store: Store,
  password: string | undefined,
  passwords: Passwords = createPasswords(),
): Promise<{ created: boolean; generated?: string }> {
  if ((await store.users.count()) > 0) return { created: false };
  const generated = password === undefined ? randomBytes(18).toString('base64url') : undefined;
  const checked = newPasswordSchema.safeParse(password ?? generated);
  if (!checked.success)
    throw new TallymanError(
      'ADMIN_PASSWORD',
      `the first administrator's password cannot be used: ${checked.error.issues[0]?.message ?? ''}`,
    );
  const passwordHash = await passwords.hash(checked.data);
  const created = await store.transaction(async ({ audit, users }) => {
    if ((await users.count()) > 0) return false;
    if (!(await users.create({ name: firstAdministrator, passwordHash, role: 'admin' }))) return false;
    const target = `user:${firstAdministrator}`;
    await audit.append({ actor: 'server', action: 'user.create', target, detail: { role: 'admin' } });
    return true;
  });
  return { created, ...(created && generated !== undefined ? { generated } : {}) };
}
