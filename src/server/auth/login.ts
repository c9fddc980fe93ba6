import type { Log } from '../../base/log.ts';
import type { SessionRow, Store, Tables, UserRow } from '../../store/store.ts';
import { ApiProblem } from '../api/problem.ts';
import { createLockout } from './lockout.ts';
import type { Passwords } from './passwords.ts';
import { createSecret, sha256 } from './secret.ts';
import { sessionLifeMs } from './session-cookie.ts';

export interface NewSession {
  /** For the cookie; only its hash is stored. */
  secret: string;
  row: SessionRow;
}

export interface Login {
  /**
   * The user whose password this is. Throws ApiProblem: 401 (wrong, or no such user: which one stays untold),
   * 429 (too many wrong ones), 503 (too busy). A wrong one is in the audit log; tries past the lockout only in the log.
   */
  check(name: string, password: string, address: string): Promise<UserRow>;
  /** Logs in: checks, and begins a session. */
  begin(name: string, password: string, address: string): Promise<NewSession>;
  /** Writes a new session of a user, within a transaction of the caller. */
  write(tables: Tables, user: string, now: number): Promise<NewSession>;
  /** Ends a session by its owner's wish. */
  end(session: SessionRow): Promise<void>;
}

export function createLogin(options: { store: Store; passwords: Passwords; log: Log }): Login {
  const { store, passwords, log } = options;
  const lockout = createLockout(store.loginGuards);

  async function check(name: string, password: string, address: string): Promise<UserRow> {
    try {
      await lockout.enter(name, address, await store.now());
    } catch (error) {
      if (error instanceof ApiProblem) log.warn({ address }, 'a login was refused: too many wrong passwords');
      throw error;
    }
    const user = await store.users.get(name);
    if (user !== undefined && (await passwords.verify(user.passwordHash, password))) {
      await lockout.succeed(name, address);
      return user;
    }
    if (user === undefined) await passwords.verify(undefined, password);
    await lockout.fail(name, address);
    await store.transaction(({ audit }) =>
      // Who types a password into the field for the name must not find it in the audit log.
      audit.append({
        actor: 'anonymous',
        action: 'session.refused',
        target: user === undefined ? '' : `user:${user.name}`,
        detail: { address },
      }),
    );
    throw wrongPassword();
  }

  async function write(tables: Tables, user: string, now: number): Promise<NewSession> {
    const secret = createSecret();
    const row: SessionRow = {
      idHash: sha256(secret),
      user,
      csrf: createSecret(),
      createdAt: now,
      expiresAt: now + sessionLifeMs,
    };
    await tables.sessions.create(row);
    return { secret, row };
  }

  return {
    check,
    write,
    async begin(name, password, address) {
      const user = await check(name, password, address);
      const newHash = passwords.isOutdated(user.passwordHash) ? await passwords.hash(password) : undefined;
      const now = await store.now();
      return store.transaction(async (tables) => {
        const actor = `user:${user.name}`;
        await tables.audit.append({ actor, action: 'session.create', target: actor, detail: { address } });
        // Whoever was removed, or given another password, while this one was checked is not let in.
        const current = await tables.users.get(user.name);
        if (current?.passwordHash !== user.passwordHash) throw wrongPassword();
        if (newHash !== undefined) await tables.users.setPassword(user.name, newHash);
        return write(tables, user.name, now);
      });
    },
    end: (session) =>
      store.transaction(async (tables) => {
        const actor = `user:${session.user}`;
        await tables.audit.append({ actor, action: 'session.end', target: actor, detail: {} });
        await tables.sessions.remove(session.idHash);
      }),
  };
}

function wrongPassword(): ApiProblem {
  return new ApiProblem(401, 'LOGIN_WRONG', 'no user has this name and password', {
    'WWW-Authenticate': 'Bearer realm="tallyman"',
  });
}
