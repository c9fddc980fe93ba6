import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadDashboards } from './dashboard-files.ts';

const root = join(import.meta.dirname, '../..');

test('the files have the types of the foundation SDK, and nothing beyond', { timeout: 60_000 }, () => {
  const parent = join(root, '.tmp');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'dashboards-'));
  try {
    const files = loadDashboards();
    const constants = files.map(
      ({ text }, index) => `export const d${String(index)}: SavedDashboard = ${text.trim()};`,
    );
    writeFileSync(
      join(folder, 'check.ts'),
      [head, ...constants, ...mistakes(files.map(({ text }) => text))].join('\n'),
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['check.ts'] }),
    );
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--project', folder], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const head = `import type { SavedDashboard } from '${fileURLToPath(new URL('./saved-dashboard.ts', import.meta.url))}';`;

/** What the compiler must not accept, so that its silence means something. */
function mistakes(texts: readonly string[]): string[] {
  const wrong = [
    ['"schemaVersion": 42', '"schemaVersion": "42"'],
    ['"graphMode": "none"', '"graphMode": "nothing"'],
    ['"displayMode": "table"', '"displayMode": "tabular"'],
    ['"lineWidth": 1', '"lineWidths": 1'],
    ['"legendFormat"', '"legend"'],
  ] as const;
  return wrong.map(([right, mistake], index) => {
    const text = texts.find((each) => each.includes(right));
    if (text === undefined) throw new Error(`nothing to spoil: ${right}`);
    const spoiled = JSON.stringify(JSON.parse(text.replaceAll(right, mistake)));
    return `// @ts-expect-error -- ${mistake}\nexport const m${String(index)}: SavedDashboard = ${spoiled};`;
  });
}
