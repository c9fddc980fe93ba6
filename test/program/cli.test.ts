import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../support/temp-folder.ts';
import { cli, done, startServer, type CliOptions, type ServerRun } from './cli-run.ts';
import { programFile } from './program-run.ts';
import { runCommand } from '../support/run-command.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());

const data = join(folder.path, 'state');
let server: ServerRun;
/** What names the server and the administrator's token. */
let admin: CliOptions;

beforeAll(async () => {
  server = await startServer(data, { TALLYMAN_ADMIN_PASSWORD: 'correct horse' });
  const token = (await done(`token create ops --role admin --data ${data}`)).trim();
  admin = { env: { TALLYMAN_SERVER: server.url, TALLYMAN_TOKEN: token } };
});
afterAll(() => server[Symbol.asyncDispose]());

async function json(words: string): Promise<{ items: Record<string, unknown>[] } & Record<string, unknown>> {
  return JSON.parse(await done(`${words} --json`, admin)) as never;
}

describe('a first token', () => {
  it('is made on the state of a server that runs, and is all that standard output has', async () => {
    expect(await done(`token create first --role viewer --data ${data}`)).toMatch(/^tmn_\S+\n$/);
    expect((await json('token list')).items.map(({ name }) => name)).toEqual(['first', 'ops']);
  });
});

describe('through the API', () => {
  it('hosts', async () => {
    const joined = await cli('host add web-1 --expires 2h', admin);
    expect(joined.stdout).toMatch(
      /^tallyman agent --server https:\S+ --token tmj_\S+ --ca-fingerprint sha256:[0-9a-f]{64}\n$/,
    );
    expect(joined.stderr).toMatch(/^Run this on web-1; it works once, until 20/);
    expect(await json('host show web-1')).toMatchObject({ name: 'web-1', status: 'offline', joined: false });
    expect(await done('host list', admin)).toMatch(/^NAME +STATUS .*\nweb-1 +offline /);
    expect(await json('host join-token web-1')).toMatchObject({ name: 'web-1' });
    expect(await json('host remove web-1')).toEqual({ name: 'web-1', removed: true });
  });

  it('roles and users', async () => {
    await done('role create auditor --permission audit.read', admin);
    const input = 'battery staple\n';
    await done('user create ann --role auditor --password-stdin', { ...admin, input });
    await done('user password ann --password-stdin', { ...admin, input: 'a horse again\n' });
    expect((await json('user list')).items).toMatchObject([{ name: 'admin' }, { name: 'ann', role: 'auditor' }]);
    expect(await cli('role remove auditor', admin)).toMatchObject({ code: 1, stdout: '' });
    await done('user remove ann', admin);
    await done('role remove auditor', admin);
  });

  it('the audit log', async () => {
    expect(await done('audit verify', admin)).toMatch(/^The audit log is whole; entries: \d+/);
    const lines = (await done('audit export', admin)).trimEnd().split('\n');
    const numbers = lines.map((line) => (JSON.parse(line) as { number?: number }).number);
    expect(numbers).toEqual([...lines.slice(1).map((_, index) => index + 1), undefined]);
    const newest = (await json('audit list --limit 2')).items;
    expect(newest).toHaveLength(2);
  });

  it('a reader that goes away early ends an export without a word', async () => {
    const { env } = admin;
    const script = `"${programFile}" audit export | head -n 1`;
    const { stdout, stderr } = await runCommand('sh', ['-c', script], { env: { PATH: process.env['PATH'], ...env } });
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
  });
});

describe('what is refused', () => {
  it('a token that was revoked on the state, at the next call', async () => {
    const token = (await done(`token create short --role viewer --data ${data}`)).trim();
    const env = { TALLYMAN_SERVER: server.url };
    expect(await cli(`host list --token ${token}`, { env })).toMatchObject({ code: 0 });
    await done(`token revoke short --data ${data}`);
    const { code, stdout, stderr } = await cli(`host list --token ${token}`, { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /the token of flag --token is revoked, has expired, or belongs to another server \([A-Z_]+\)\n$/,
    );
  });

  it('what a token may not do', async () => {
    const token = (await done('token create reader --role viewer', admin)).trim();
    const env = { TALLYMAN_SERVER: server.url, TALLYMAN_TOKEN: token };
    const { code, stderr } = await cli('token create more --role admin', { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/tokens\.write.* the token of environment TALLYMAN_TOKEN is not allowed that/);
  });

  it.each([
    { words: 'host', line: 'tallyman host: say what to do: add, list, show, remove, join-token' },
    { words: 'token lits', line: 'tallyman token: lits is not a command: did you mean list?' },
    { words: 'token create x', line: '--role ROLE is missing' },
    { words: 'user create x --role viewer', line: '--password-stdin is missing' },
    { words: 'host list --sever http://x', line: '--sever is not a flag here: did you mean --server?' },
    { words: 'host list', line: 'which server?' },
    { words: 'host list --server http://127.0.0.1:1', line: 'give a token with TALLYMAN_TOKEN or --token' },
    { words: 'host list --server http://x --token t --data /d', line: 'keep one' },
  ])('$words', async ({ words, line }) => {
    const { code, stdout, stderr } = await cli(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(line);
    expect(stderr).toMatch(/\nSee tallyman .*--help\n$/);
  });

  it('a server and a state that are not there', async () => {
    expect(await cli('host list --server http://127.0.0.1:1 --token t')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the connection was refused') as string,
    });
    const missing = join(folder.path, 'missing');
    expect(await cli(`host list --data ${missing}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not there') as string,
    });
    expect(() => statSync(missing)).toThrow('ENOENT');
  });
});

describe('backup and restore', () => {
  const file = join(folder.path, 'tallyman.backup');

  it('brings the state to another folder, where a server goes on with it', async () => {
    await done('host add kept --agent-url https://127.0.0.1:8443', admin);
    await done(`server backup ${file}`, admin);
    const other = join(folder.path, 'other');
    expect(await cli(`server restore ${file}`, admin)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not through the API: stop the server') as string,
    });
    await done(`server restore ${file} --data ${other}`);
    await using second = await startServer(other);
    const env = { ...admin.env, TALLYMAN_SERVER: second.url };
    expect(await done('host show kept', { env })).toContain('name:       kept');
    expect(await done('audit verify', { env })).toContain('The audit log is whole');
    const busy = await cli(`server restore ${file} --force --data ${other}`);
    expect(busy).toMatchObject({ code: 1, stderr: expect.stringContaining('(STORE_LOCKED)') as string });
    await second.stop();
    await done(`server restore ${file} --force --data ${other}`);
  });

  it('a word that is neither is told', async () => {
    const { code, stderr } = await cli('server bakcup x');
    expect(code).toBe(2);
    expect(stderr).toContain('bakcup');
  });
});
