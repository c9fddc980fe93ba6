import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const units = ['tallyman', 'tallyman-server', 'tallyman-agent'];
const folder = createTempFolder();
afterAll(() => folder.remove());
const hasSystemd = (await runCommand('sh', ['-c', 'command -v systemd-analyze'], { accept: [0, 127, 1] })).code === 0;

/** systemd-analyze on a unit with a program that is there, as none is installed here. */
async function analyze(name: string, ...words: readonly string[]): Promise<string> {
  const unit = readFileSync(join(import.meta.dirname, `../../deploy/systemd/${name}.service`), 'utf8');
  const file = join(folder.path, `${name}.service`);
  writeFileSync(file, unit.replace('/usr/local/bin/tallyman', '/bin/true'));
  const { stdout, stderr } = await runCommand('systemd-analyze', [...words, file], {
    env: { ...process.env, SYSTEMD_COLORS: '0' },
  });
  return stdout + stderr;
}

describe.skipIf(!hasSystemd).each(units)('the systemd unit %s', (name) => {
  test('is understood by systemd, word by word', async () => {
    expect(await analyze(name, 'verify')).toBe('');
  });

  test('leaves little to attack', async () => {
    const said = await analyze(name, 'security', '--offline=true', '--no-pager');
    const [, exposure] = new RegExp(`Overall exposure level for ${name}\\.service: ([\\d.]+) OK`).exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(1.6);
  });
});
