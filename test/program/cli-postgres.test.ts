import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { hasRequirements } from '../support/requirements.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { cli, done } from './cli-run.ts';

describe.skipIf(!hasRequirements('postgresql'))('the commands on a PostgreSQL', () => {
  const folder = createTempFolder();
  afterAll(() => folder.remove());
  const file = join(folder.path, 'tallyman.backup');
  let postgres: PostgresServer;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    postgres = await startPostgres();
    env = { TALLYMAN_DATABASE: postgres.url, TALLYMAN_SECRET: 'a secret of all servers' };
  });
  afterAll(() => postgres.stop());

  it('need no data folder', async () => {
    expect(await done('token create ops --role admin', { env })).toMatch(/^tmn_\S+\n$/);
    expect(await done('host add web-1 --agent-url https://t:8443', { env })).toMatch(/^tallyman agent /);
    expect(await done('audit verify', { env })).toBe('The audit log is whole; entries: 2 (1 to 2).\n');
    await done(`server backup ${file}`, { env });
  });

  it('say what is missing where the secret is wrong or the database is not there', async () => {
    const wrong = await cli('token list', { env: { ...env, TALLYMAN_SECRET: 'another' } });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('TALLYMAN_SECRET') as string });
    const gone = await cli('token list --database postgres://tallyman:hunter2@127.0.0.1:1/tallyman');
    expect(gone).toMatchObject({ code: 1, stdout: '' });
    expect(gone.stderr).toMatch(/^tallyman: .*\(STORE_[A-Z_]+\)\n$/);
    expect(gone.stderr).not.toContain('hunter2');
  });

  it('bring a backup to SQLite, and back to another database', async () => {
    const data = join(folder.path, 'sqlite');
    await done(`server restore ${file} --data ${data}`);
    expect(existsSync(join(data, 'tallyman.db'))).toBe(true);
    const list = await done(`token list --data ${data}`);
    expect(list).toContain('\nops ');
    const back = join(folder.path, 'back.backup');
    await done(`server backup ${back} --data ${data}`);
    const other = { TALLYMAN_DATABASE: await postgres.createDatabase(), TALLYMAN_SECRET: 'new' };
    await done(`server restore ${back}`, { env: other });
    expect(await done('token list', { env: other })).toBe(list);
    expect(await done('audit verify', { env: other })).toContain('The audit log is whole');
  });
});
