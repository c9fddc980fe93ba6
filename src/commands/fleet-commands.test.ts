import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { silentLog } from '../base/log.ts';
import { auditEntriesSchema } from '../protocol/api/audit.ts';
import { hostSchema, hostsSchema, joinSchema } from '../protocol/api/hosts.ts';
import { rolesSchema } from '../protocol/api/roles.ts';
import { createdTokenSchema, tokensSchema } from '../protocol/api/tokens.ts';
import { usersSchema } from '../protocol/api/users.ts';
import { openLocalApi } from '../server/local-api.ts';
import { auditCommands } from './audit.ts';
import { groupRunner, type Ended, type RunOptions } from './cli/test-kit/run-command.ts';
import { hostCommands } from './host.ts';
import { roleCommands } from './role.ts';
import { tokenCommands } from './token.ts';
import { userCommands } from './user.ts';

/** The commands on a real state. */
const folder = createTempFolder();
afterAll(() => folder.remove());

let data = '';
let made = 0;
beforeEach(() => {
  made += 1;
  data = join(folder.path, String(made));
  mkdirSync(data);
});

const groups = [hostCommands, tokenCommands, roleCommands, userCommands, auditCommands];

/** `run('token create x --role admin')`, on the test's own state. */
async function run(line: string, options: RunOptions = {}): Promise<Ended> {
  const [name, ...args] = line.split(' ');
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) throw new Error(`no command ${String(name)}`);
  return await groupRunner(group, { openLocalApi, defaultData: data })(args, options);
}

async function done(line: string, options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(line, options);
  expect({ line, exitCode, stderr: exitCode === 0 ? [] : stderr }).toEqual({ line, exitCode: 0, stderr: [] });
  return stdout.join('\n');
}

async function asJson(line: string): Promise<unknown> {
  return JSON.parse(await done(`${line} --json`)) as unknown;
}

describe('hosts', () => {
  it('are added, shown, given new tokens and removed', async () => {
    const command = /^tallyman agent --server https:\/\/t:8443 --token \S+ --ca-fingerprint sha256:[0-9a-f]{64}$/;
    expect(await done('host add web-1 --agent-url https://t:8443 --expires 90s')).toMatch(command);
    const join = joinSchema.parse(await asJson('host join-token web-1'));
    expect(join).toMatchObject({ name: 'web-1', agentUrls: ['https://t:8443'] });
    expect(join.command).toMatch(command);
    expect(hostSchema.parse(await asJson('host show web-1'))).toMatchObject({ name: 'web-1', status: 'offline' });
    expect(hostsSchema.parse(await asJson('host list')).items.map(({ name }) => name)).toEqual(['web-1']);
    expect((await done('host list')).split('\n')[1]).toMatch(/^web-1 +offline +never joined .* never_joined$/);
    expect(await done('host remove web-1')).toBe('');
    expect(await run('host show web-1')).toMatchObject({
      exitCode: 1,
      stderr: [expect.stringContaining('HOST_UNKNOWN')],
    });
  });

  it('are refused where the server would not be found, and twice', async () => {
    expect(await run('host add web-1')).toEqual({
      ...{ exitCode: 1, stdout: [] },
      stderr: [expect.stringMatching(/^tallyman: .*\(--agent-url\) \(AGENT_URL_UNKNOWN\)$/)],
    });
    await done('host add web-1 --agent-url=https://t:8443');
    expect(await run('host add web-1 --agent-url=https://t:8443')).toMatchObject({ exitCode: 1, stdout: [] });
    const shell = await run('host add web-2 --agent-url=https://t;reboot');
    expect(shell).toMatchObject({ exitCode: 1, stdout: [] });
  });
});

describe('tokens', () => {
  it('are made, listed and revoked', async () => {
    expect(await done('token create prometheus --role scraper --expires 30d')).toMatch(/^\S+$/);
    const created = createdTokenSchema.parse(await asJson('token create --role=admin ops --expires never'));
    expect(created).toMatchObject({ name: 'ops', role: 'admin', createdBy: 'local' });
    const { items } = tokensSchema.parse(await asJson('token list'));
    expect(items.map(({ name }) => name)).toEqual(['ops', 'prometheus']);
    expect(JSON.stringify(items)).not.toContain(created.token);
    expect(await done('token revoke ops')).toBe('');
    expect(await run('token revoke ops')).toMatchObject({ exitCode: 1, stdout: [] });
  });

  it('are refused for a role or host that is not there, or a name that is taken', async () => {
    expect((await run('token create x --role nobody')).stderr[0]).toContain('(ROLE_UNKNOWN)');
    expect((await run('token create x --role admin --host web-9')).stderr[0]).toContain('(HOST_UNKNOWN)');
    await done('token create x --role admin');
    expect((await run('token create x --role admin')).stderr[0]).toContain('(TOKEN_EXISTS)');
  });

  it('of many a list shows all', async () => {
    const api = await openLocalApi({ data, database: '', secret: undefined, environment: {}, log: silentLog() });
    onTestFinished(() => api.close());
    for (let index = 0; index < 505; index += 1) {
      const body = JSON.stringify({ name: `t${String(index)}`, role: 'viewer' });
      const headers = { 'content-type': 'application/json' };
      await api.fetch(new Request('http://localhost/api/v1/tokens', { method: 'POST', headers, body }));
    }
    expect(tokensSchema.parse(await asJson('token list')).items).toHaveLength(505);
  });
});

it('roles are made of permissions, listed and removed', async () => {
  await done('host add web-1 --agent-url https://t:8443');
  await done('role create watch --permission hosts.read metrics.read --host web-1');
  const { items } = rolesSchema.parse(await asJson('role list'));
  expect(items.find(({ name }) => name === 'watch')).toMatchObject({
    ...{ builtIn: false, hosts: ['web-1'] },
    permissions: expect.arrayContaining(['hosts.read', 'metrics.read']) as unknown,
  });
  expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(['admin', 'operator', 'viewer', 'scraper']));
  expect(await run('role remove admin')).toMatchObject({ exitCode: 1 });
  expect(await done('role remove watch')).toBe('');
});

it('users are made, given passwords and removed', async () => {
  const stdin = 'correct horse\n';
  await done('user create ann --role admin --password-stdin', { stdin });
  await done('user create bob --role viewer --password-stdin', { stdin });
  await done('user password bob --password-stdin', { stdin: 'battery staple' });
  expect(usersSchema.parse(await asJson('user list')).items).toMatchObject([
    { name: 'ann', role: 'admin' },
    { name: 'bob', role: 'viewer' },
  ]);
  expect(await done('user remove bob')).toBe('');
  expect((await run('user remove ann')).stderr[0]).toContain('(LAST_ADMIN)');
  const short = await run('user create carl --role viewer --password-stdin', { stdin: 'short' });
  expect(short).toMatchObject({ exitCode: 1, stderr: [expect.stringContaining('8')] });
  expect(JSON.stringify(await asJson('audit list'))).not.toMatch(/horse|staple/);
});

describe('the audit log', () => {
  beforeEach(async () => {
    await done('token create a --role viewer');
    await done('token create b --role viewer');
    await done('token revoke a');
  });

  it('is listed and exported', async () => {
    const { items } = auditEntriesSchema.parse(await asJson('audit list'));
    expect(items.map(({ number, actor, action, target }) => [number, actor, action, target])).toEqual([
      [3, 'local', 'token.revoke', 'token:a'],
      [2, 'local', 'token.create', 'token:b'],
      [1, 'local', 'token.create', 'token:a'],
    ]);
    expect((await done('audit list --limit 1 --action token.create')).split('\n')).toHaveLength(2);
    const lines = (await done('audit export')).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, undefined]);
    expect(lines[3]).toMatchObject({ head: { number: 3, firstNumber: 1 } });
    const output = join(data, 'audit.jsonl');
    await done(`audit export --output ${output}`);
    expect(readFileSync(output, 'utf8').split('\n')).toHaveLength(5);
  });

  it('verifies, until somebody has changed an entry', async () => {
    expect(await done('audit verify')).toBe('The audit log is whole; entries: 3 (1 to 3).');
    expect(await asJson('audit verify')).toMatchObject({ valid: true, entries: 3 });
    const database = new DatabaseSync(join(data, 'tallyman.db'));
    const { changes } = database.prepare(`update audit_entries set actor = 'user:eve' where number = 2`).run();
    database.close();
    expect(changes).toBe(1);
    const { exitCode, stdout, stderr } = await run('audit verify');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
    expect(stderr).toEqual([expect.stringContaining('the audit log is not whole. The first bad entry is 2: ')]);
    expect(JSON.parse((await run('audit verify --json')).stdout.join('\n'))).toMatchObject({ valid: false, number: 2 });
  });
});

describe('a data folder that cannot be used', () => {
  it('is not made where it is missing', async () => {
    const missing = join(data, 'missing');
    const { exitCode, stderr } = await run(`token list --data ${missing}`);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: [expect.stringMatching(/^tallyman: the data folder .*missing is not there: .*\(CLI_STATE\)$/)],
    });
    expect(readdirSync(data)).toEqual([]);
  });

  it('is a folder of something else', async () => {
    writeFileSync(join(data, 'letter.txt'), 'Dear Ann');
    expect((await run('token list')).stderr[0]).toMatch(/has no server's state in it: .*\(CLI_STATE\)$/);
    expect((await run(`token list --data ${join(data, 'letter.txt')}`)).stderr[0]).toContain('is no folder');
    expect(readdirSync(data)).toEqual(['letter.txt']);
  });

  it('belongs to another user', async () => {
    await done('token create a --role viewer');
    chmodSync(data, 0o500);
    const asNobody = process.getuid?.() === 0;
    if (asNobody) {
      chmodSync(data, 0o555);
      chmodSync(folder.path, 0o755);
      process.seteuid?.(65_534);
    }
    try {
      const { exitCode, stderr } = await run('token list');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: [expect.stringMatching(/cannot be written.* user .*\((?:CLI_STATE|STORE_UNAVAILABLE)\)$/)],
      });
    } finally {
      if (asNobody) process.seteuid?.(0);
      chmodSync(data, 0o700);
    }
  });

  it('has a database that is damaged', async () => {
    writeFileSync(join(data, 'tallyman.db'), 'this is no database, however long one looks at it\n'.repeat(100));
    const { exitCode, stdout, stderr } = await run('token list');
    expect({ exitCode, stdout, lines: stderr.length }).toEqual({ exitCode: 1, stdout: [], lines: 1 });
    expect(stderr[0]).toMatch(/^tallyman: .*\(STORE_[A-Z]+\)$/);
  });
});
