import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { hostCommands } from '../host.ts';
import { roleCommands } from '../role.ts';
import { tokenCommands } from '../token.ts';
import { userCommands } from '../user.ts';
import { groupRunner } from './test-kit/run-command.ts';
import { json, problem, serveAnswers, standInApi, type Answers } from './test-kit/stand-in-api.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());
const data = folder.path;

function local(group: Parameters<typeof groupRunner>[0], answers: Answers) {
  const api = standInApi(answers);
  const run = groupRunner(group, { openLocalApi: api.open, defaultData: data });
  return { run, ...api };
}

const nothing: Answers = () => problem(404, 'HOST_UNKNOWN', 'there is no such host');
const createdAt = '2026-01-02T03:04:05.678Z';
const prometheus = { name: 'prometheus', kind: 'api', role: 'scraper', createdBy: 'local', createdAt };

describe('wrong use', () => {
  const run = groupRunner(tokenCommands);
  it.each([
    { args: [], line: 'tallyman token: say what to do: create, list, revoke' },
    { args: ['creat'], line: 'tallyman token: creat is not a command: did you mean create?' },
    { args: ['\u001b[2J'], line: 'tallyman token: "\\u001b[2J" is not a command: use one of create, list, revoke' },
    { args: ['--rol', 'x'], line: 'tallyman token: say what to do: create, list, revoke' },
  ])('$args', async ({ args, line }) => {
    expect(await run(args)).toEqual({ exitCode: 2, stdout: [], stderr: [line, 'See tallyman token --help'] });
  });

  it.each([
    { args: ['create'], lines: ['NAME is missing', '--role ROLE is missing: What it may do'] },
    { args: ['create', 'x', 'hunter2', '--role', 'admin'], lines: ['hunter2 is not expected here'] },
    { args: ['create', 'x', '--tokne', 'hunter2'], lines: ['--tokne is not a flag here: did you mean --token?'] },
    { args: ['create', 'a/b', '--role', 'admin'], lines: ['a/b is not a name: use letters, digits'] },
    { args: ['create', 'x', '--role', 'a b'], lines: ['--role: "a b" is not a name'] },
    { args: ['create', 'x', '--role', 'r', '--host', 'a,,b'], lines: ['--host: "" is not a name'] },
    { args: ['create', 'x', '--role', 'r', '--expires', '1w'], lines: ['--expires: 1w is not right: use seconds'] },
    { args: ['list', 'x'], lines: ['x is not expected here'] },
    { args: ['revoke', '..'], lines: ['.. is not a name'] },
  ])('$args', async ({ args, lines }) => {
    const { exitCode, stdout, stderr } = await run([...args, '--data', data]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    const title = `tallyman token ${String(args[0])}`;
    expect(stderr).toEqual([
      ...lines.map((line) => expect.stringContaining(`${title}: ${line}`) as string),
      `See ${title} --help`,
    ]);
  });

  it('says how to name a server when nobody did', async () => {
    const { exitCode, stderr } = await run(['list']);
    expect(exitCode).toBe(2);
    expect(stderr[0]).toMatch(/which server\? Use --server URL .* --data FOLDER .* no \/nowhere\/tallyman here/);
  });

  it('an unknown permission is told with the nearest', async () => {
    const { stderr } = await groupRunner(roleCommands)(['create', 'x', '--permission', 'host.read', '--data', data]);
    expect(stderr[0]).toContain('--permission: host.read is not a permission: did you mean hosts.read?');
  });
});

describe('help', () => {
  it.each([hostCommands, tokenCommands, userCommands, roleCommands])('of tallyman $name', async (group) => {
    const run = groupRunner(group);
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    for (const { name } of group.subcommands) {
      expect(stdout[0]).toContain(`\n  ${name}`);
      const own = await run([name, '--help']);
      expect(own.exitCode).toBe(0);
      expect(own.stdout[0]).toContain(`Usage: tallyman ${group.name} ${name}`);
      expect(own.stdout[0]).toContain('TALLYMAN_SERVER');
      expect(own.stdout[0]).toContain('Exit codes: 0 done, 1 failed or refused, 2 wrong use.');
    }
  });
});

describe('token', () => {
  it('create prints the token and nothing else on standard output', async () => {
    const { run, asked, closed } = local(tokenCommands, () => json(201, { ...prometheus, token: 'tmn_abc' }));
    const args = ['create', 'prometheus', '--role', 'scraper', '--host=a', '--host', 'b', '--expires', '30d'];
    expect(await run(args)).toMatchObject({ exitCode: 0, stdout: ['tmn_abc'] });
    const body = { name: 'prometheus', role: 'scraper', hosts: ['a', 'b'], expires: '30d' };
    expect(asked).toEqual([{ method: 'POST', path: '/api/v1/tokens', authorization: null, body }]);
    expect(closed()).toBe(1);
  });

  it('create --json prints the reply of the API and nothing on standard error', async () => {
    const { run } = local(tokenCommands, () => json(201, { ...prometheus, token: 'tmn_abc' }));
    const { stdout, stderr } = await run(['--json', 'create', 'prometheus', '--role=scraper']);
    expect(stderr).toEqual([]);
    expect(JSON.parse(stdout.join('\n'))).toEqual({ ...prometheus, token: 'tmn_abc' });
  });

  it('list reads page after page, and shows hostile names escaped', async () => {
    const { run, asked } = local(tokenCommands, ({ path }) =>
      path.includes('cursor=')
        ? json(200, { items: [{ ...prometheus, name: '\u001b[31m\u202eevil\u009b' }] })
        : json(200, { items: [prometheus], next: 'a b&c' }),
    );
    const { stdout, exitCode } = await run(['list']);
    expect(exitCode).toBe(0);
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/v1/tokens?limit=500',
      '/api/v1/tokens?limit=500&cursor=a+b%26c',
    ]);
    expect(stdout).toEqual([
      'NAME                        ROLE     HOSTS  CREATED               BY     EXPIRES  LAST USED',
      'prometheus                  scraper  all    2026-01-02T03:04:05Z  local  never    never',
      '\\u001b[31m\\u202eevil\\u009b  scraper  all    2026-01-02T03:04:05Z  local  never    never',
    ]);
    const asJson = (await run(['list', '--json'])).stdout.join('\n');
    for (const character of '\u001b\u202e\u009b') expect(asJson).not.toContain(character);
    expect(JSON.parse(asJson)).toMatchObject({ items: [prometheus, { name: '\u001b[31m\u202eevil\u009b' }] });
  });

  it('a list whose cursor does not move ends', async () => {
    const { run, asked } = local(tokenCommands, () => json(200, { items: [], next: 'same' }));
    expect(await run(['list'])).toMatchObject({ exitCode: 0 });
    expect(asked).toHaveLength(2);
  });
});

describe('host', () => {
  const join = {
    id: 'b7f7b7b6-1f5f-4f0e-8f50-111111111111',
    name: 'web-1',
    joinToken: 'tmj_x',
    expiresAt: createdAt,
    agentUrls: ['https://tallyman.example:8443'],
    caFingerprint: `sha256:${'0'.repeat(64)}`,
    command: 'tallyman agent --server https://tallyman.example:8443 --token tmj_x --ca-fingerprint sha256:00',
  };

  it.each([
    { args: ['add', 'web-1', '--expires=2h'], path: '/api/v1/hosts', body: { name: 'web-1', expires: '2h' } },
    { args: ['join-token', 'web-1'], path: '/api/v1/hosts/web-1/join-token', body: {} },
  ])('$args.0 prints the join command and nothing else on standard output', async ({ args, path, body }) => {
    const { run, asked } = local(hostCommands, () => json(201, join));
    expect(await run(args)).toMatchObject({ exitCode: 0, stdout: [join.command] });
    expect(asked).toMatchObject([{ method: 'POST', path, body }]);
  });

  it('show names the reasons', async () => {
    const { run } = local(hostCommands, () =>
      json(200, {
        ...{ id: join.id, name: 'web-1', status: 'degraded', lastSeenSeconds: 3725.4, joined: true, createdAt },
        ...{ agentVersion: '1.0.0', clockSkewSeconds: -7.25, containers: 3 },
        reasons: [{ code: 'engine', text: 'the engine does not answer:\n\u001b[2Jgone' }],
        exporter: { address: '10.0.0.1', port: 9200, tls: false, path: '/metrics' },
      }),
    );
    expect((await run(['show', 'web-1'])).stdout).toEqual([
      'name:           web-1',
      `id:             ${join.id}`,
      'status:         degraded',
      'last seen:      1h2m ago',
      'added:          2026-01-02T03:04:05Z',
      'agent version:  1.0.0',
      'clock skew:     -7.250s',
      'exporter:       http://10.0.0.1:9200/metrics',
      'containers:     3',
      '',
      'Not online because:',
      '  engine  the engine does not answer:\\u000a\\u001b[2Jgone',
    ]);
  });

  it('remove says what was done, on standard error', async () => {
    const { run, asked } = local(hostCommands, () => new Response(null, { status: 204 }));
    expect(await run(['remove', 'web-1'])).toEqual({
      exitCode: 0,
      stdout: [],
      stderr: ['The host web-1 is removed.'],
    });
    expect(asked).toMatchObject([{ method: 'DELETE', path: '/api/v1/hosts/web-1', body: undefined }]);
    const { stdout } = await run(['remove', 'web-1', '--json']);
    expect(JSON.parse(stdout.join(''))).toEqual({ name: 'web-1', removed: true });
  });

  it('what the server refuses is told in its words, with its code', async () => {
    const { run, closed } = local(hostCommands, nothing);
    const line = 'tallyman: there is no such host (HOST_UNKNOWN)';
    expect(await run(['show', 'web-1'])).toEqual({ exitCode: 1, stdout: [], stderr: [line] });
    expect(await run(['show', 'web-1', '--json'])).toEqual({ exitCode: 1, stdout: [], stderr: [line] });
    expect(closed()).toBe(2);
  });
});

describe('user', () => {
  const answers: Answers = ({ method }) =>
    method === 'PUT' ? new Response(null, { status: 204 }) : json(201, { name: 'ann', role: 'viewer', createdAt });
  const withStdin = (stdin: string | Buffer) => {
    const { run, asked } = local(userCommands, answers);
    return { asked, run: (args: readonly string[]) => run(args, { stdin }) };
  };

  it.each(['käse brot \n', 'käse brot \r\n', 'käse brot '])(
    'takes the password %j from standard input',
    async (text) => {
      const { run, asked } = withStdin(text);
      expect(await run(['create', 'ann', '--role', 'viewer', '--password-stdin'])).toMatchObject({ exitCode: 0 });
      expect(await run(['password', 'ann', '--password-stdin'])).toMatchObject({ exitCode: 0 });
      expect(asked).toMatchObject([
        { method: 'POST', path: '/api/v1/users', body: { name: 'ann', role: 'viewer', password: 'käse brot ' } },
        { method: 'PUT', path: '/api/v1/users/ann/password', body: { password: 'käse brot ' } },
      ]);
    },
  );

  it.each([
    { stdin: '', reason: 'is empty' },
    { stdin: '\n', reason: 'is empty' },
    { stdin: 'one\ntwo\n', reason: 'has more than one line' },
    { stdin: 'x'.repeat(2000), reason: 'is longer than 1024 bytes' },
    { stdin: Buffer.from([0x61, 0xff, 0x0a]), reason: 'is not UTF-8' },
  ])('standard input that $reason is refused, unseen', async ({ stdin, reason }) => {
    const { run, asked } = withStdin(stdin);
    const { exitCode, stderr } = await run(['password', 'ann', '--password-stdin']);
    expect(exitCode).toBe(1);
    expect(stderr).toEqual([`tallyman: standard input ${reason}: write the password to it, as one line (CLI_SECRET)`]);
    expect(asked).toEqual([]);
  });

  it('there is no other way to give it', async () => {
    const { run } = withStdin('secret');
    expect((await run(['create', 'ann', '--role', 'viewer'])).stderr[0]).toContain('--password-stdin is missing');
    expect(await run(['create', 'ann', '--role=viewer', '--password=x'])).toMatchObject({ exitCode: 2 });
  });
});

it('role create takes its permissions in every spelling', async () => {
  const role = { name: 'r', builtIn: false, permissions: ['hosts.read'], createdAt };
  const { run, asked } = local(roleCommands, () => json(201, role));
  const spellings = [
    ['create', 'r', '--permission', 'hosts.read', '--permission=audit.read'],
    ['create', '--permission', 'hosts.read', 'audit.read', 'r'],
    ['create', '--permission', 'hosts.read,audit.read', 'r'],
  ];
  for (const args of spellings) expect(await run(args)).toMatchObject({ exitCode: 0, stdout: [] });
  expect(asked.map(({ body }) => body)).toEqual(
    spellings.map(() => ({ name: 'r', permissions: ['hosts.read', 'audit.read'] })),
  );
});

it('over HTTP the same calls bring the token', async () => {
  const { url, asked } = await serveAnswers(() => json(200, { items: [prometheus] }));
  const env = { TALLYMAN_SERVER: `${url}/`, TALLYMAN_TOKEN: 'tmn_t' };
  expect(await groupRunner(tokenCommands)(['list'], { env })).toMatchObject({ exitCode: 0, stderr: [] });
  const path = '/api/v1/tokens?limit=500';
  expect(asked).toEqual([{ method: 'GET', path, authorization: 'Bearer tmn_t', body: undefined }]);
});
