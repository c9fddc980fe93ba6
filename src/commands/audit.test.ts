import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { auditCommands } from './audit.ts';
import { groupRunner } from './cli/test-kit/run-command.ts';
import { json, problem, standInApi, type Answers } from './cli/test-kit/stand-in-api.ts';

const [folder, state] = [createTempFolder(), createTempFolder()];
afterAll(() => {
  folder.remove();
  state.remove();
});

function runner(answers: Answers) {
  const api = standInApi(answers);
  return { ...api, run: groupRunner(auditCommands, { openLocalApi: api.open, defaultData: state.path }) };
}

const head = { number: 12, hash: 'ab', firstNumber: 3, signature: 'c2ln' };
const entry = {
  ...{ number: 12, at: '2026-01-02T03:04:05.000Z', actor: 'user:ann', action: 'host.create', target: 'web-1' },
  ...{ detail: { note: 'a\u001b[2Jb' }, previousHash: 'aa', hash: 'bb' },
};

describe('verify', () => {
  it('a chain that is whole', async () => {
    const verdict = { valid: true, entries: 10, head };
    const { run, asked } = runner(() => json(200, verdict));
    const line = 'The audit log is whole; entries: 10 (3 to 12).';
    expect(await run(['verify'])).toEqual({ exitCode: 0, stdout: [line], stderr: [] });
    expect(JSON.parse((await run(['verify', '--json'])).stdout.join(''))).toEqual(verdict);
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/api/v1/audit/verify' });
  });

  it.each([
    { number: 7, line: 'The first bad entry is 7: its hash does not fit' },
    { number: 0, line: 'Its head is bad: its hash does not fit' },
  ])('one that is not gives exit code 1 and names entry $number', async ({ number, line }) => {
    const verdict = { valid: false, number, reason: 'its hash does not fit' };
    const { run } = runner(() => json(200, verdict));
    const stderr = [`tallyman: the audit log is not whole. ${line}`];
    expect(await run(['verify'])).toEqual({ exitCode: 1, stdout: [], stderr });
    const asJson = await run(['verify', '--json']);
    expect(asJson).toMatchObject({ exitCode: 1, stderr });
    expect(JSON.parse(asJson.stdout.join(''))).toEqual(verdict);
  });
});

describe('export', () => {
  const lines = [{ head }, entry].map((line) => JSON.stringify(line));
  const exported: Answers = () => new Response(lines.map((line) => `${line}\n`).join(''));

  it('to standard output, as JSON lines and nothing else', async () => {
    const { run, asked } = runner(exported);
    const { exitCode, stdout, stderr } = await run(['export']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([{ head }, entry]);
    expect(asked).toMatchObject([{ method: 'GET', path: '/api/v1/audit/export' }]);
  });

  it('to a file, byte for byte', async () => {
    const output = join(folder.path, 'audit.jsonl');
    const { run } = runner(exported);
    expect(await run(['export', '--output', output])).toEqual({
      ...{ exitCode: 0, stdout: [] },
      stderr: [`2 lines are in ${output}.`],
    });
    expect(readFileSync(output, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
    expect(JSON.parse((await run(['export', '--output', output, '--json'])).stdout.join(''))).toEqual({
      file: output,
      lines: 2,
    });
  });

  it('makes no file when it is refused', async () => {
    const output = join(folder.path, 'refused.jsonl');
    const { run } = runner(() => problem(403, 'FORBIDDEN', 'no'));
    expect(await run(['export', `--output=${output}`])).toMatchObject({ exitCode: 1, stdout: [] });
    expect(() => readFileSync(output)).toThrow('ENOENT');
  });
});

describe('list', () => {
  it('shows the newest, as many as are wanted', async () => {
    const { run, asked } = runner(() => json(200, { items: [entry, { ...entry, number: 11, detail: {} }], next: 'n' }));
    expect((await run(['list', '--limit', '3', '--action', 'host create&x'])).stdout).toEqual([
      'NUMBER  TIME                  ACTOR     ACTION       TARGET  DETAIL',
      '12      2026-01-02T03:04:05Z  user:ann  host.create  web-1   {"note":"a\\u001b[2Jb"}',
      '11      2026-01-02T03:04:05Z  user:ann  host.create  web-1   -',
      '12      2026-01-02T03:04:05Z  user:ann  host.create  web-1   {"note":"a\\u001b[2Jb"}',
    ]);
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/v1/audit?action=host+create%26x&limit=3',
      '/api/v1/audit?action=host+create%26x&limit=1&cursor=n',
    ]);
  });

  it.each(['0', '-1', 'x', '1.5', ''])('--limit=%s is no number of entries', async (limit) => {
    const { run } = runner(() => json(200, { items: [] }));
    expect(await run(['list', `--limit=${limit}`])).toMatchObject({ exitCode: 2, stdout: [] });
  });
});
