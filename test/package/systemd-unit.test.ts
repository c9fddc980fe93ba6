import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const unit = readFileSync(join(import.meta.dirname, '../../deploy/systemd/tallyman.service'), 'utf8');
const folder = createTempFolder();
afterAll(() => folder.remove());
const hasSystemd = (await runCommand('sh', ['-c', 'command -v systemd-analyze'], { accept: [0, 127, 1] })).code === 0;

/** systemd-analyze on the unit with a program that is there, as none is installed here. */
async function analyze(...words: readonly string[]): Promise<string> {
  const file = join(folder.path, 'tallyman.service');
  writeFileSync(file, unit.replace('/usr/local/bin/tallyman', '/bin/true'));
  const { stdout, stderr } = await runCommand('systemd-analyze', [...words, file], {
    env: { ...process.env, SYSTEMD_COLORS: '0' },
  });
  return stdout + stderr;
}

describe.skipIf(!hasSystemd)('the systemd unit', () => {
  test('is understood by systemd, word by word', async () => {
    expect(await analyze('verify')).toBe('');
  });

  test('leaves little to attack', async () => {
    const said = await analyze('security', '--offline=true', '--no-pager');
    const [, exposure] = /Overall exposure level for tallyman\.service: ([\d.]+) OK/.exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(1.6);
  });
});
