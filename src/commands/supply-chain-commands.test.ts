import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { silentLog } from '../base/log.ts';
import { createSingleCommand } from './cli/command-group.ts';
import { groupRunner, runCommand } from './cli/test-kit/run-command.ts';
import { json, problem, serveAnswers, standInApi, type Answers } from './cli/test-kit/stand-in-api.ts';
import { envCommands } from './env.ts';
import { imageCommands } from './image.ts';
import { orgCommands } from './org.ts';
import { policyCommands } from './policy.ts';
import { reportCommands } from './report.ts';
import { scan, scanCommand } from './scan.ts';
import { tokenCommands } from './token.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());
/** Empty: one that was prepared for a server. */
const data = join(folder.path, 'data');
mkdirSync(data);

type Group = Parameters<typeof groupRunner>[0];

function local(group: Group, answers: Answers) {
  const api = standInApi(answers);
  const run = groupRunner(group, { openLocalApi: api.open, defaultData: data });
  return {
    ...api,
    run: (words: string | readonly string[]) => run(typeof words === 'string' ? words.split(' ') : words),
  };
}

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const createdAt = '2026-01-02T03:04:05.678Z';
const counts = { critical: 2, high: 1, medium: 0, low: 0, unspecified: 0 };
const compliant = {
  id: 'no-default-root-user',
  displayName: 'Default non-root user',
  result: 'compliant',
  reasons: [],
};
const violated = {
  id: 'fixable-vulnerabilities',
  displayName: 'No fixable critical or high vulnerabilities',
  result: 'violated',
  reasons: ['openssl 3.0.1 has CVE-2024-1 (critical): upgrade to 3.0.2', 'zlib 1.2 has CVE-2024-2 (high)'],
};
const noData = { id: 'team', displayName: 'Team', result: 'no-data', reasons: ['no report says the labels'] };
const policies = [compliant, violated, noData];
const pushed = {
  ...{ digest, repository: 'docker.io/library/nginx', format: 'trivy', kind: 'vulnerabilities' },
  ...{ vulnerabilities: counts, policies },
};
const policy = {
  ...{ id: 'fixable-vulnerabilities', displayName: violated.displayName, enabled: true, doc: 'What it means.' },
  ...{ config: { graceDays: 7 }, defaults: { severities: ['critical', 'high'], graceDays: 0 } },
};
const image = {
  ...{ digest, repository: 'docker.io/library/nginx', tags: ['1.27'], streams: ['latest-indexed', 'production'] },
  ...{ vulnerabilities: counts, fixable: { ...counts, high: 0 }, grade: 'C', scannedAt: createdAt, policies },
  upgrades: [
    {
      ...{ package: 'openssl', version: '3.0.1', target: '3.0.2', fixedVersions: ['3.0.2'] },
      removes: { ...counts, high: 0 },
    },
    { package: 'zlib', version: '1.2', fixedVersions: ['1.3', '2.0'], removes: { ...counts, critical: 0 } },
  ],
  findings: [],
  findingsTotal: 3,
};

describe('wrong use', () => {
  it.each<{ group: Group; words: string; line: string }>([
    { group: orgCommands, words: 'create acme', line: '--owner USER is missing' },
    { group: orgCommands, words: 'create a/b --owner ann', line: 'a/b is not a name' },
    { group: reportCommands, words: 'push --org acme', line: 'FILE is missing' },
    { group: reportCommands, words: 'push x.json', line: '--org ORG is missing' },
    { group: reportCommands, words: 'push x.json --org acme --image Nginx', line: '"Nginx" is no image reference' },
    { group: reportCommands, words: 'push - x.json --org acme', line: 'standard input is pushed by itself' },
    { group: envCommands, words: 'record production --org acme', line: 'REF is missing' },
    { group: envCommands, words: 'record production nginx UPPER --org acme', line: '"UPPER" is no image reference' },
    { group: envCommands, words: 'auto production --org acme', line: 'one of --host, --stack and --label' },
    { group: envCommands, words: 'auto production --host a --stack b --org acme', line: 'one of --host' },
    { group: envCommands, words: 'auto production --label env --org acme', line: '--label: write it as KEY=VALUE' },
    { group: imageCommands, words: 'show --org acme', line: 'REF is missing' },
    { group: imageCommands, words: 'show nginx redis --org acme', line: 'redis is not expected here' },
    { group: policyCommands, words: 'set x --org acme', line: 'say what to set' },
    { group: policyCommands, words: 'set x --config [] --org acme', line: 'neither a JSON object nor KEY=VALUE' },
    { group: policyCommands, words: 'set x --config {} a=1 --org acme', line: 'leave out KEY=VALUE' },
    { group: policyCommands, words: 'set x soon --org acme', line: 'soon is not KEY=VALUE' },
    { group: tokenCommands, words: 'create x --org acme --role viewer', line: 'keep one' },
    { group: tokenCommands, words: 'create x --org acme --host a', line: '--host goes with --role alone' },
    { group: tokenCommands, words: 'create x --role viewer --user ann', line: '--user goes with --org alone' },
  ])('$words', async ({ group, words, line }) => {
    const { run, asked } = local(group, () => json(200, {}));
    const { exitCode, stdout, stderr } = await run(words);
    expect({ exitCode, stdout, asked }).toEqual({ exitCode: 2, stdout: [], asked: [] });
    expect(stderr[0]).toContain(line);
  });

  it.each([
    { args: ['--org', 'acme'], line: 'tallyman scan: say what to scan: REF, or --running' },
    { args: ['nginx', '--running', '--org', 'acme'], line: 'tallyman scan: --running is for what runs' },
    { args: ['nginx'], line: 'tallyman scan: --org ORG is missing' },
  ])('scan $args', async ({ args, line }) => {
    const { exitCode, stderr } = await runCommand(scan, [...args, '--data', data]);
    expect(exitCode).toBe(2);
    expect(stderr[0]).toContain(line);
    expect(stderr.at(-1)).toBe('See tallyman scan --help');
  });
});

describe('help', () => {
  it.each<{ group: Group; word: string; usage: string; codes: string }>([
    { group: reportCommands, word: 'push', usage: 'report push FILE... --org ORG', codes: '3 a policy is violated.' },
    { group: imageCommands, word: 'show', usage: 'image show REF --org ORG', codes: '3 a policy is violated.' },
    { group: envCommands, word: 'record', usage: 'env record NAME REF... --org ORG', codes: '2 wrong use.' },
    { group: policyCommands, word: 'set', usage: 'policy set ID [KEY=VALUE...] --org ORG', codes: '2 wrong use.' },
    { group: tokenCommands, word: 'create', usage: 'token create NAME --role ROLE | --org ORG', codes: '2 wrong use.' },
  ])('$usage', async ({ group, word, usage, codes }) => {
    const { stdout } = await groupRunner(group)([word, '--help']);
    expect(stdout[0]).toContain(`Usage: tallyman ${usage} [flags]`);
    expect(stdout[0]).toMatch(new RegExp(`Exit codes: .*${codes}$`));
  });

  it('of scan, which has no further commands', async () => {
    const { exitCode, stdout } = await runCommand(scan, ['--help']);
    expect(exitCode).toBe(0);
    expect(stdout[0]).toContain('Usage: tallyman scan [REF...] --org ORG [flags]');
  });
});

describe('org and token', () => {
  it('create and list', async () => {
    const acme = { name: 'acme', owners: ['ann'], createdAt };
    const { run, asked } = local(orgCommands, ({ method }) => (method === 'POST' ? json(201, acme) : json(200, { items: [acme] }))); // prettier-ignore
    expect(await run('create acme --owner ann')).toMatchObject({ exitCode: 0, stdout: [] });
    expect(asked[0]).toMatchObject({ path: '/api/v1/orgs', body: { name: 'acme', owner: 'ann' } });
    expect((await run('list')).stdout).toEqual(['NAME  OWNERS  CREATED', 'acme  ann     2026-01-02T03:04:05Z']);
    expect(JSON.parse((await run('list --json')).stdout.join(''))).toEqual({ items: [acme] });
  });

  it('a personal access token is all that standard output gets', async () => {
    const created = { name: 'scrape', org: 'acme', user: 'ann', token: 'tmp_x', expiresAt: createdAt };
    const { run, asked } = local(tokenCommands, () => json(201, created));
    expect(await run('create scrape --org acme --expires 90d')).toEqual({
      exitCode: 0,
      stdout: ['tmp_x'],
      stderr: ['The token scrape of ann is for acme, until 2026-01-02T03:04:05Z. It is not shown again.'],
    });
    const body = { name: 'scrape', expires: '90d' };
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/v1/orgs/acme/tokens', body }]);
  });
});

describe('report push', () => {
  const answers: Answers = ({ path }) =>
    path.includes('/policies')
      ? json(200, { items: policies.map(({ id }) => ({ ...policy, id, enabled: id !== 'team' })) })
      : json(201, pushed);

  it('sends the file as it is, and prints a summary line', async () => {
    const { run, asked } = local(reportCommands, answers);
    const path = file('trivy report.json', '{"SchemaVersion": 2}');
    expect(await run(['push', path, '--image', 'nginx:1.27', '--org', 'acme'])).toEqual({
      exitCode: 0,
      stdout: [
        `${path}: trivy, docker.io/library/nginx@${digest}: 2 critical, 1 high, 0 medium, 0 low, 0 unspecified; ` +
          'policies: 1 compliant, 1 violated, 1 without data',
      ],
      stderr: [],
    });
    expect(asked).toMatchObject([
      {
        path: '/api/v1/orgs/acme/reports?image=nginx%3A1.27&file=trivy+report.json',
        body: { SchemaVersion: 2 },
      },
    ]);
  });

  it('over HTTP, many bytes, and standard input', async () => {
    const { url, asked } = await serveAnswers(answers);
    const stdin = Buffer.from(JSON.stringify({ text: 'x'.repeat(3_000_000) }));
    const env = { TALLYMAN_SERVER: url, TALLYMAN_TOKEN: 'tmn_s' };
    const { exitCode, stdout } = await groupRunner(reportCommands)(['push', '-', '--org', 'acme', '--json'], { env, stdin }); // prettier-ignore
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.join(''))).toEqual({ file: '-', ...pushed });
    expect(asked).toEqual([
      expect.objectContaining({
        path: '/api/v1/orgs/acme/reports',
        body: JSON.parse(stdin.toString()) as unknown,
      }),
    ]);
  });

  it('an answer that comes before the whole report is told', async () => {
    let received = 0;
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      const body = JSON.stringify({ code: 'BODY_TOO_LARGE', detail: 'a report may have 1 byte here' });
      response.writeHead(413, { 'content-type': 'application/problem+json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const path = file('huge.json', 'x'.repeat(30_000_000));
    const env = { TALLYMAN_SERVER: `http://127.0.0.1:${String(port)}`, TALLYMAN_TOKEN: 'tmn_s' };
    const { exitCode, stderr } = await groupRunner(reportCommands)(['push', path, '--org', 'acme'], { env });
    server.closeAllConnections();
    server.close();
    expect(exitCode).toBe(1);
    expect(stderr).toEqual(['tallyman: a report may have 1 byte here (BODY_TOO_LARGE)']);
    expect(received).toBeLessThan(30_000_000);
  });

  it.each([
    { wanted: 'fixable-vulnerabilities', exitCode: 3, said: 'violates fixable-vulnerabilities: openssl 3.0.1' },
    { wanted: 'any', exitCode: 3, said: '(and 1 more)' },
    { wanted: 'no-default-root-user,any', exitCode: 3, said: 'violates fixable-vulnerabilities' },
    { wanted: 'no-default-root-user', exitCode: 0, said: '' },
    { wanted: 'fixable', exitCode: 1, said: 'fixable is no policy of acme: there are no-default-root-user, fixable' },
    { wanted: 'fixable-vulnerabilites', exitCode: 1, said: 'did you mean fixable-vulnerabilities?' },
    { wanted: 'team', exitCode: 1, said: "team is disabled: enable it with 'tallyman policy enable team --org acme'" },
  ])('--fail-on $wanted', async ({ wanted, exitCode, said }) => {
    const { run, asked } = local(reportCommands, answers);
    const path = file('one.json', '{}');
    const ended = await run(`push ${path} --org acme --fail-on ${wanted}`);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr.join('\n')).toContain(said);
    // Where the question is wrong, nothing is stored.
    expect(asked.some(({ method }) => method === 'POST')).toBe(exitCode !== 1);
  });

  it('several files of one image, and of two', async () => {
    const { run, asked } = local(reportCommands, answers);
    const trivy = (name: string, of: string): string =>
      file(name, JSON.stringify({ SchemaVersion: 2, ArtifactName: of, Results: [] }));
    const [a, b, c] = [trivy('a.json', 'nginx:1.27'), trivy('b.json', 'nginx:1.27'), trivy('c.json', 'redis:8')];
    const one = await run(`push ${a} ${b} --image nginx --org acme --json`);
    expect(JSON.parse(one.stdout.join(''))).toMatchObject({ items: [{ file: a }, { file: b }] });
    expect(asked).toHaveLength(2);
    const two = await run(`push ${a} ${c} --image nginx --org acme`);
    expect(two).toMatchObject({ exitCode: 1, stdout: [] });
    expect(two.stderr[0]).toMatch(/a\.json is of nginx:1\.27; \S+c\.json is of redis:8: .*\(CLI_IMAGES\)$/);
    expect(asked).toHaveLength(2);
    // Without --image each is of its own.
    expect((await run(`push ${a} ${c} --org acme`)).exitCode).toBe(0);
  });

  it('one that is refused does not keep the others back', async () => {
    const { run } = local(reportCommands, (asked) =>
      asked.path.includes('bad') ? problem(400, 'REPORT_CUT', 'the report is refused: it is cut off') : answers(asked),
    );
    const [good, bad] = [file('good.json', '{}'), file('bad.json', '{')];
    const ended = await run(`push ${bad} ${good} --org acme --fail-on any`);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toHaveLength(1);
    expect(ended.stderr).toContain(`tallyman: ${bad}: the report is refused: it is cut off (REPORT_CUT)`);
  });

  it('a server that goes away between two says what is stored', async () => {
    const { run } = local(reportCommands, (asked) =>
      asked.path.includes('two') ? problem(503, 'DATABASE_FULL', 'the database is full') : answers(asked),
    );
    const { exitCode, stderr } = await run(`push ${file('first.json', '{}')} ${file('two.json', '{}')} --org acme`);
    expect(exitCode).toBe(1);
    expect(stderr[0]).toMatch(/the database is full; stored are \S+first\.json \(DATABASE_FULL\)$/);
  });

  it('an SBOM has no figures', async () => {
    const { vulnerabilities: _, ...sbom } = { ...pushed, kind: 'sbom', format: 'spdx' };
    const { run } = local(reportCommands, () => json(201, sbom));
    expect((await run(`push ${file('sbom.json', '{}')} --org acme`)).stdout[0]).toContain('no figures (sbom);');
  });
});

describe('image', () => {
  it('show for people', async () => {
    const { run, asked } = local(imageCommands, () => json(200, image));
    const { stdout } = await run('show nginx:1.27 --org acme');
    expect(asked[0]?.path).toBe('/api/v1/orgs/acme/image?ref=nginx%3A1.27');
    expect(stdout).toEqual([
      'repository:  docker.io/library/nginx',
      'tags:        1.27',
      `digest:      ${digest}`,
      'streams:     latest-indexed, production',
      'grade:       C',
      'scanned:     2026-01-02T03:04:05Z',
      '',
      'SEVERITY     VULNERABILITIES  FIXABLE',
      'critical     2                2',
      'high         1                0',
      'medium       0                0',
      'low          0                0',
      'unspecified  0                0',
      '',
      'POLICY                   RESULT',
      'no-default-root-user     compliant',
      'fixable-vulnerabilities  violated',
      '  - openssl 3.0.1 has CVE-2024-1 (critical): upgrade to 3.0.2',
      '  - zlib 1.2 has CVE-2024-2 (high)',
      'team                     no-data',
      '  - no report says the labels',
      '',
      'What to upgrade, the most useful first:',
      'PACKAGE  VERSION  UPGRADE TO       REMOVES',
      'openssl  3.0.1    3.0.2            2 critical',
      'zlib     1.2      one of 1.3, 2.0  1 high',
    ]);
  });

  it('show leaves out what would fill screens, and says so', async () => {
    const reasons = Array.from({ length: 60 }, (_, index) => `reason ${String(index)}`);
    const [upgrade] = image.upgrades;
    const upgrades = Array.from({ length: 12 }, () => upgrade);
    const { run } = local(imageCommands, () => json(200, { ...image, upgrades, policies: [{ ...violated, reasons }] }));
    const { stdout } = await run('show nginx --org acme');
    expect(stdout.filter((line) => line.startsWith('  - '))).toHaveLength(11);
    expect(stdout).toContain('  - and more: see --json');
    expect(stdout.at(-1)).toBe('and 2 more: see --json');
  });

  it('show --json has the figures and the policies first, in their fixed form', async () => {
    const { run } = local(imageCommands, () => json(200, image));
    const shown = JSON.parse((await run('show nginx --org acme --json')).stdout.join('')) as Record<string, unknown>;
    expect(Object.keys(shown).slice(0, 2)).toEqual(['vulnerabilities', 'policies']);
    expect(shown['vulnerabilities']).toEqual(counts);
    expect(shown['policies']).toEqual(policies.map(({ id, result, reasons }) => ({ id, result, reasons })));
  });

  it('one that was never scanned', async () => {
    const { vulnerabilities: _, fixable: __, ...bare } = image;
    const { run } = local(imageCommands, () => json(200, { ...bare, upgrades: [], policies: [] }));
    const { stdout } = await run('show nginx --org acme');
    expect(stdout).toContain('Never scanned: no report with vulnerabilities has been pushed.');
    const shown = JSON.parse((await run('show nginx --org acme --json')).stdout.join('')) as unknown;
    expect(shown).toMatchObject({ vulnerabilities: null, policies: [] });
  });

  it('show --fail-on prints the image, and why the exit code is 3', async () => {
    const { run } = local(imageCommands, () => json(200, image));
    const ended = await run('show nginx --org acme --fail-on any');
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).not.toEqual([]);
    expect(ended.stderr).toEqual([
      `docker.io/library/nginx@${digest} has no data for team: no report says the labels`,
      `tallyman: docker.io/library/nginx@${digest} violates fixable-vulnerabilities: ` +
        'openssl 3.0.1 has CVE-2024-1 (critical): upgrade to 3.0.2 (and 1 more)',
    ]);
  });

  it('list and remove', async () => {
    const { run, asked } = local(imageCommands, ({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : json(200, { items: [image] }),
    );
    const [heading, row] = (await run('list --org acme')).stdout;
    expect(heading).toMatch(/^REPOSITORY +TAGS +DIGEST +STREAMS +CRITICAL +HIGH +MEDIUM +LOW +UNSPECIFIED +GRADE/);
    expect(row).toMatch(/^docker\.io\/library\/nginx +1\.27 +sha256:0123456789ab +latest-indexed, production +2 +1 +0/);
    await run(`remove nginx@${digest} --org acme`);
    expect(asked[1]).toMatchObject({ method: 'DELETE', path: `/api/v1/orgs/acme/image?ref=nginx%40sha256%3A${digest.slice(7)}` }); // prettier-ignore
  });
});

describe('env', () => {
  const production = {
    name: 'production',
    images: [
      { digest, repository: 'docker.io/library/nginx', recorded: true },
      { digest: 'tag:docker.io/library/redis:8', repository: 'docker.io/library/redis', recorded: false },
    ],
    rules: [{ kind: 'label', value: 'env=production' }],
  };
  const answers: Answers = ({ method, path }) => {
    if (method === 'DELETE') return new Response(null, { status: 204 });
    if (path.endsWith('/rules')) return json(201, production.rules[0]);
    return json(200, method === 'POST' ? production : { items: [production] });
  };

  it('record', async () => {
    const { run, asked } = local(envCommands, answers);
    const { stderr } = await run(`record production nginx@${digest} redis:8 --org acme`);
    expect(stderr).toEqual(['production has 2 images now.']);
    const body = { images: [`nginx@${digest}`, 'redis:8'] };
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/v1/orgs/acme/environments/production', body }]);
  });

  it('remove goes on where one is not there', async () => {
    const { run, asked } = local(envCommands, (call) =>
      call.path.includes('redis') ? problem(404, 'IMAGE_UNKNOWN', 'it is not there') : answers(call),
    );
    const { exitCode, stdout, stderr } = await run('remove production redis:8 nginx --org acme --json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.join(''))).toEqual({ name: 'production', removed: ['nginx'] });
    expect(stderr).toEqual(['tallyman: redis:8: it is not there (IMAGE_UNKNOWN)']);
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/v1/orgs/acme/environments/production?ref=redis%3A8',
      '/api/v1/orgs/acme/environments/production?ref=nginx',
    ]);
  });

  it.each([
    { flags: '--host web-1', body: { kind: 'host', value: 'web-1' } },
    { flags: '--stack shop', body: { kind: 'stack', value: 'shop' } },
    { flags: '--label env=a,b=c', body: { kind: 'label', value: 'env=a,b=c' } },
  ])('auto $flags', async ({ flags, body }) => {
    const { run, asked } = local(envCommands, answers);
    expect((await run(`auto production ${flags} --org acme`)).exitCode).toBe(0);
    const path = '/api/v1/orgs/acme/environments/production/rules';
    expect(asked).toMatchObject([{ method: 'POST', path, body }]);
    await run(`auto production ${flags} --off --org acme`);
    const query = String(new URLSearchParams(body));
    expect(asked[1]).toMatchObject({ method: 'DELETE', path: `${path}?${query}` });
  });

  it('list', async () => {
    const { run } = local(envCommands, answers);
    expect((await run('list --org acme')).stdout).toEqual([
      expect.stringMatching(/^ENVIRONMENT +IMAGE OR RULE +WHY$/),
      `production   docker.io/library/nginx@${digest}  recorded`,
      expect.stringMatching(/^production +docker\.io\/library\/redis:8 +runs there$/),
      expect.stringMatching(/^production +label env=production +rule$/),
    ]);
  });
});

describe('policy', () => {
  const path = '/api/v1/orgs/acme/policies/fixable-vulnerabilities';
  const answers: Answers = ({ method }) => (method === 'DELETE' ? new Response(null, { status: 204 }) : json(200, policy)); // prettier-ignore

  it.each([
    { words: 'enable fixable-vulnerabilities', body: { enabled: true } },
    { words: 'disable fixable-vulnerabilities', body: { enabled: false } },
    { words: 'set fixable-vulnerabilities --config {"graceDays":3}', body: { config: { graceDays: 3 } } },
  ])('$words', async ({ words, body }) => {
    const { run, asked } = local(policyCommands, answers);
    expect((await run(`${words} --org acme`)).exitCode).toBe(0);
    expect(asked).toMatchObject([{ method: 'PUT', path, body }]);
    expect(asked[0]?.body).toEqual(body);
  });

  it.each(['graceDays=14 severities=critical', '--config graceDays=14 severities=critical'])(
    'set %s changes what is named alone',
    async (words) => {
      const { run, asked } = local(policyCommands, answers);
      const { stderr } = await run(`set fixable-vulnerabilities ${words} --org acme`);
      expect(stderr).toEqual(['The policy fixable-vulnerabilities is enabled; configuration: {"graceDays":7}.']);
      expect(asked.map(({ method, body }) => ({ method, body }))).toEqual([
        { method: 'GET', body: undefined },
        { method: 'PUT', body: { config: { graceDays: 14, severities: ['critical'] } } },
      ]);
    },
  );

  it.each([
    { args: ['--expression', 'true', 'fix=LABEL team=...'], found: false, fix: 'LABEL team=...' },
    { args: ['fix='], found: true, fix: undefined },
  ])("set $args of a policy of one's own", async ({ args, found, fix }) => {
    const own = { ...policy, id: 'team', expression: 'true', config: { fix: 'Do it.' }, defaults: {} };
    const { run, asked } = local(policyCommands, ({ method }) =>
      found || method === 'PUT' ? json(200, own) : problem(404, 'POLICY_UNKNOWN', 'there is none'),
    );
    expect((await run(['set', 'team', ...args, '--org', 'acme'])).exitCode).toBe(0);
    expect(asked[1]?.body).toMatchObject({ config: fix === undefined ? {} : { fix } });
    const unknown = await run(['set', 'team', 'grace=1', '--org', 'acme']);
    expect(unknown.stderr[0]).toContain(found ? 'use fix (CLI_POLICY)' : '(POLICY_UNKNOWN)');
  });

  it('set with an expression', async () => {
    const { run, asked } = local(policyCommands, answers);
    const args = ['set', 'team', '--expression', '"team" in image.labels', '--name', 'Has a team', '--org', 'acme'];
    await run(args);
    expect(asked[0]).toMatchObject({
      path: '/api/v1/orgs/acme/policies/team',
      body: { expression: '"team" in image.labels', displayName: 'Has a team' },
    });
  });

  it('show, list and remove', async () => {
    const { run, asked } = local(policyCommands, (call) =>
      call.path.includes('policies?') ? json(200, { items: [policy] }) : answers(call),
    );
    expect((await run('show fixable-vulnerabilities --org acme')).stdout).toEqual([
      'id:     fixable-vulnerabilities',
      'name:   No fixable critical or high vulnerabilities',
      'state:  enabled',
      '',
      'What it means.',
      '',
      'SETTING     VALUE                DEFAULT',
      'severities  ["critical","high"]  ["critical","high"]',
      'graceDays   7                    0',
    ]);
    expect((await run('list --org acme')).stdout[1]).toMatch(/^fixable-vulnerabilities +No fixable .* enabled +built in$/); // prettier-ignore
    await run('remove team --org acme');
    expect(asked[2]).toMatchObject({ method: 'DELETE', path: '/api/v1/orgs/acme/policies/team' });
  });
});

describe('scan', () => {
  it.each([
    { args: ['nginx', 'redis:8'], body: { images: ['nginx', 'redis:8'] } },
    { args: ['--running'], body: { running: true } },
  ])('$args', async ({ args, body }) => {
    const { open, asked } = standInApi(() => json(202, { scanner: 'trivy', queued: ['docker.io/library/nginx'] }));
    const command = createSingleCommand(scanCommand, {
      openLocalApi: open,
      createLog: silentLog,
      stdin: () => Readable.from([]),
      terminal: () => undefined,
      defaultData: data,
    });
    expect(await runCommand(command, [...args, '--org', 'acme'])).toEqual({
      exitCode: 0,
      stdout: ['docker.io/library/nginx'],
      stderr: ['trivy has scanned one image.'],
    });
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/v1/orgs/acme/scans', body }]);
  });
});
