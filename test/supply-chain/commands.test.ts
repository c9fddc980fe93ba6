import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleetServer, type FleetServerProcess } from '../support/fleet-processes.ts';
import type { CommandOutput } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { cli } from '../program/cli-run.ts';
import { smallReport } from './small-report.ts';

const folder = createTempFolder();
let server: FleetServerProcess;
/** What names the server and an operator's token. */
let env: Record<string, string>;

beforeAll(async () => {
  // Stands in for the scanner: it finds the same in every image.
  const found = smallReport({ image: 'whatever:1', user: 'app', vulnerabilities: { HIGH: 3 } });
  writeFileSync(join(folder.path, 'trivy'), `#!/bin/sh\ncat <<'END'\n${found}\nEND\n`, { mode: 0o755 });
  server = await startFleetServer({ env: { PATH: `${folder.path}:${String(process.env['PATH'])}` } });
  const token = (await server.cli(['token', 'create', 'pipeline', '--role', 'operator'])).stdout.trim();
  env = { TALLYMAN_SERVER: server.url, TALLYMAN_TOKEN: token };
  await server.cli(['org', 'create', 'acme', '--owner', 'admin']);
});
afterAll(async () => {
  await server?.remove();
  folder.remove();
});

type Run = (words: string, options?: { input?: string; accept?: readonly number[] }) => Promise<CommandOutput>;

/** Both ways: through the API, and directly on the state of the server that runs. */
const ways: readonly { way: string; run: Run }[] = [
  {
    way: 'through the API',
    run: async (words, { input = '', accept = [0] } = {}) => {
      const output = await cli(`${words} --org acme`, { env, input });
      if (!accept.includes(output.code)) throw new Error(`tallyman ${words}: ${String(output.code)} ${output.stderr}`);
      return output;
    },
  },
  {
    way: 'on the state',
    run: (words, { input = '', accept = [0] } = {}) =>
      server.cli([...words.split(' '), '--org', 'acme'], { input, accept }),
  },
];

describe.each(ways)('$way', ({ way, run }) => {
  const repository = `registry.example.org/${way.replaceAll(' ', '-').toLowerCase()}`;
  const image = `${repository}:1`;
  const report = smallReport({ image, user: 'root', vulnerabilities: { CRITICAL: 2, LOW: 1 } });
  const json = async (words: string): Promise<Record<string, unknown>> =>
    JSON.parse((await run(`${words} --json`)).stdout) as Record<string, unknown>;

  it('a report is pushed from standard input, and from a large file', async () => {
    const { stdout } = await run(`report push - --image ${image}`, { input: report });
    expect(stdout).toMatch(/^standard input: trivy, registry\.example\.org\/\S+: 2 critical, 0 high, .*; policies: /);
    const path = join(folder.path, `${way.replaceAll(' ', '-')}.json`);
    writeFileSync(path, `${' '.repeat(20_000_000)}${report}`);
    const pushed = await json(`report push ${path} --image ${image}`);
    expect(pushed).toMatchObject({ format: 'trivy', repository, vulnerabilities: { critical: 2, low: 1, high: 0 } });
  });

  it('what is shown is in its fixed form', async () => {
    const shown = await json(`image show ${image}`);
    expect(shown['vulnerabilities']).toEqual({ critical: 2, high: 0, medium: 0, low: 1, unspecified: 0 });
    const policies = shown['policies'] as Record<string, unknown>[];
    expect(policies).toHaveLength(7);
    for (const policy of policies) expect(Object.keys(policy)).toEqual(['id', 'result', 'reasons']);
    expect(policies).toContainEqual(expect.objectContaining({ id: 'no-default-root-user', result: 'violated' }));
    const { stdout } = await run(`image show ${image}`);
    expect(stdout).toMatch(/^critical +2 +2$/m);
    expect(stdout).toContain('What to upgrade, the most useful first:');
    expect((await json('image list'))['items']).toContainEqual(expect.objectContaining({ repository }));
  });

  it('a policy that is violated makes the exit code 3', async () => {
    const violated = await run(`image show ${image} --fail-on fixable-vulnerabilities`, { accept: [3] });
    expect(violated.stderr).toContain('violates fixable-vulnerabilities: ');
    await run(`report push - --image ${image} --fail-on any`, { input: report, accept: [3] });
    await run(`image show ${image} --fail-on high-profile-vulnerabilities`);
    const unknown = await run(`image show ${image} --fail-on fixable`, { accept: [1] });
    expect(unknown.stderr).toContain('(CLI_POLICY)');
  });

  it('a report that is cut off is refused, and the last good one stays', async () => {
    const { stderr } = await run(`report push - --image ${image}`, { input: report.slice(0, -20), accept: [1] });
    expect(stderr).toMatch(/the report is refused: .*\(REPORT_[A-Z]+\)/);
    expect((await json(`image show ${image}`))['vulnerabilities']).toMatchObject({ critical: 2 });
  });

  it('environments are recorded, ruled and left', async () => {
    const name = way.replaceAll(' ', '-').toLowerCase();
    await run(`env record ${name} ${image}`);
    await run(`env auto ${name} --label env=${name}`);
    expect((await json('env list'))['items']).toContainEqual(
      expect.objectContaining({
        name,
        images: [expect.objectContaining({ repository, recorded: true })],
        rules: [{ kind: 'label', value: `env=${name}` }],
      }),
    );
    await run(`env auto ${name} --label env=${name} --off`);
    await run(`env remove ${name} ${image}`);
    const names = ((await json('env list'))['items'] as { name: string }[]).map((one) => one.name);
    expect(names).not.toContain(name);
  });

  it('policies are configured, switched off, and written', async () => {
    const set = await json('policy set fixable-vulnerabilities severities=high graceDays=7');
    expect(set).toMatchObject({ config: { severities: ['high'], graceDays: 7 } });
    await run(`image show ${image} --fail-on fixable-vulnerabilities`);
    await run('policy set fixable-vulnerabilities --config {}');
    expect(await json('policy disable no-stale-base-images')).toMatchObject({ enabled: false });
    expect(await json('policy enable no-stale-base-images')).toMatchObject({ enabled: true });
    const id = way.replaceAll(' ', '-').toLowerCase();
    await run(`policy set ${id} --expression counts.critical==0 --name ${id}`);
    await run(`image show ${image} --fail-on ${id}`, { accept: [3] });
    expect(await json(`policy show ${id}`)).toMatchObject({ id, expression: 'counts.critical==0' });
    await run(`policy remove ${id}`);
    expect((await run('policy set fixable-vulnerabilities graceDays=soon', { accept: [1] })).stderr).toContain('graceDays'); // prettier-ignore
  });

  it('an image is scanned where the server is', async () => {
    const scanned = `${repository}/scanned:1`;
    expect(await json(`scan ${scanned}`)).toEqual({ scanner: 'trivy', queued: [scanned] });
    await waitFor('its report', async () => {
      const { code } = await run(`image show ${scanned}`, { accept: [0, 1] });
      return code === 0;
    });
    expect((await json(`image show ${scanned}`))['vulnerabilities']).toMatchObject({ high: 3 });
  });

  it('an image is removed, with all that it had', async () => {
    await run(`image remove ${image}`);
    expect((await run(`image show ${image}`, { accept: [1] })).stderr).toContain('(IMAGE_UNKNOWN)');
  });
});

it('several reports with one --image are of one image', async () => {
  const write = (name: string, image: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, smallReport({ image, user: 'app', vulnerabilities: { LOW: 1 } }));
    return path;
  };
  const [a, b, c] = [write('a.json', 'app:1'), write('b.json', 'app:1'), write('c.json', 'db:1')];
  const refused = await cli(`report push ${a} ${c} --image app:1 --org acme`, { env });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('(CLI_IMAGES)');
  expect((await cli('image show app:1 --org acme', { env })).stderr).toContain('(IMAGE_UNKNOWN)');
  expect((await cli(`report push ${a} ${b} --image app:1 --org acme`, { env })).stdout.trim().split('\n')).toHaveLength(
    2,
  );
});

it('an owner’s token is for the endpoint alone', async () => {
  const { stdout } = await server.cli(['token', 'create', 'own', '--org', 'acme', '--expires', '90d']);
  const own = { ...env, TALLYMAN_TOKEN: stdout.trim() };
  expect((await cli('image list --org acme', { env: own })).code).toBe(1);
  expect((await server.get('/v1/exporter/org/acme/metrics', stdout.trim())).status).toBe(200);
});
