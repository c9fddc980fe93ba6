import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { silentLog } from '../base/log.ts';
import { openLocalApi } from '../server/local-api.ts';
import { openStore } from '../store/open-store.ts';
import { auditCommands } from './audit.ts';
import { groupRunner, type Ended } from './cli/test-kit/run-command.ts';
import { serveAnswers } from './cli/test-kit/stand-in-api.ts';
import { serverBackupCommands } from './server-backup.ts';
import { tokenCommands } from './token.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());
const at = (name: string): string => join(folder.path, name);
const file = at('tallyman.backup');

const parts = { openLocalApi };
const run = groupRunner(serverBackupCommands, parts);
const restore = (data: string, ...more: readonly string[]): Promise<Ended> =>
  run(['restore', file, '--data', at(data), ...more]);
const tokens = async (data: string): Promise<readonly string[]> => {
  const { stdout } = await groupRunner(tokenCommands, parts)(['list', '--data', at(data)]);
  return stdout.slice(1).map((line) => line.split(' ')[0] ?? '');
};

let backedUp: Ended;
beforeAll(async () => {
  mkdirSync(at('first'));
  await groupRunner(tokenCommands, parts)(['create', 'before', '--role', 'viewer', '--data', at('first')]);
  backedUp = await run(['backup', file, '--data', at('first')]);
  await groupRunner(tokenCommands, parts)(['create', 'after', '--role', 'viewer', '--data', at('first')]);
});

describe('a backup', () => {
  it('says where it is, on standard error', () => {
    expect(backedUp).toEqual({
      ...{ exitCode: 0, stdout: [] },
      stderr: [expect.stringMatching(/^The backup is in .*tallyman\.backup \(\d+ lines\)/)],
    });
  });

  it('is for its owner alone', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that broke off leaves no file', async () => {
    const { url } = await serveAnswers(() => new Response('{"tallyman":"backup"}\n'));
    const env = { TALLYMAN_SERVER: url, TALLYMAN_TOKEN: 't' };
    expect(await run(['backup', at('cut.backup')], { env })).toMatchObject({
      ...{ exitCode: 1, stdout: [] },
      stderr: ['tallyman: the backup broke off: try again (CLI_ANSWER)'],
    });
    expect(() => statSync(at('cut.backup'))).toThrow('ENOENT');
  });

  it('to where no file can be is told', async () => {
    const { exitCode, stderr } = await run(['backup', at('no/such/folder'), '--data', at('first')]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: [expect.stringMatching(/no such file \(CLI_FILE\)$/)],
    });
  });
});

describe('a restore', () => {
  it('makes the folder, and brings all back, the audit log whole', async () => {
    expect(await restore('second', '--json')).toMatchObject({ exitCode: 0, stderr: [] });
    expect(await tokens('second')).toEqual(['before']);
    const verdict = await groupRunner(auditCommands, parts)(['verify', '--data', at('second')]);
    expect(verdict).toMatchObject({ exitCode: 0 });
  });

  it('replaces a state only when it is told to', async () => {
    expect(await restore('first')).toMatchObject({
      exitCode: 1,
      stderr: [expect.stringContaining('(STORE_NOT_EMPTY)')],
    });
    expect(await tokens('first')).toEqual(['after', 'before']);
    expect(await restore('first', '--force')).toMatchObject({ exitCode: 0, stdout: [] });
    expect(await tokens('first')).toEqual(['before']);
  });

  it('is refused while a server works on the state', async () => {
    const store = await openStore({
      data: at('busy'),
      database: '',
      role: 'server',
      secret: undefined,
      log: silentLog(),
    });
    try {
      const { exitCode, stderr } = await restore('busy', '--force');
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [expect.stringContaining('(STORE_LOCKED)')] });
    } finally {
      await store.close();
    }
  });

  it('does not go through the API', async () => {
    const env = { TALLYMAN_SERVER: 'http://127.0.0.1:1', TALLYMAN_TOKEN: 't' };
    const { exitCode, stderr } = await run(['restore', file], { env });
    expect(exitCode).toBe(2);
    expect(stderr[0]).toContain('restore works directly on the state, not through the API: stop the server');
    expect((await run(['restore', file])).stderr[0]).toMatch(/which server\? Use --data FOLDER or --database URL/);
  });

  it('of a file that is missing, cut, changed or something else does nothing', async () => {
    const whole = readFileSync(file, 'utf8');
    const cases = {
      'cut.jsonl': whole.slice(0, whole.length / 2),
      'changed.jsonl': whole.replace('"before"', '"beyond"'),
      'letter.txt': 'Dear Ann\n',
      'empty.jsonl': '',
    };
    for (const [name, text] of Object.entries(cases)) {
      writeFileSync(at(name), text);
      const ended = await run(['restore', at(name), '--force', '--data', at('second')]);
      expect(ended, name).toMatchObject({ exitCode: 1, stderr: [expect.stringContaining('(BACKUP_INVALID)')] });
    }
    const missing = await run(['restore', at('missing'), '--force', '--data', at('second')]);
    expect(missing.stderr).toEqual([`tallyman: ${at('missing')} cannot be read: no such file (CLI_FILE)`]);
    expect((await run(['restore', folder.path, '--data', at('second')])).stderr[0]).toContain(
      'it is a directory (CLI_FILE)',
    );
    expect(await tokens('second')).toEqual(['before']);
  });

  it('makes no state among other things', async () => {
    mkdirSync(at('letters'));
    writeFileSync(at('letters/one.txt'), 'Dear Ann');
    expect((await restore('letters')).stderr[0]).toContain('(CLI_STATE)');
  });
});
