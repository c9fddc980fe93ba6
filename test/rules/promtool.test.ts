import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { currentPrograms } from '../compose/programs.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { caseSets } from './case-sets.ts';
import { toTestFile } from './rule-case.ts';
import { prometheusFolder, ruleFileNames, toRulePath } from './rule-files.ts';

/** The machine's own, on Debian 12 of Prometheus 2.42, and the testing suite's, of Prometheus 3, where it is there. */
const promtools = ['promtool', currentPrograms.promtool].filter((path) => !path.includes('/') || existsSync(path));

describe.skipIf(!hasRequirements('promtool'))('promtool', () => {
  let folder: TempFolder;
  beforeAll(() => {
    folder = createTempFolder();
    for (const [name, set] of Object.entries(caseSets)) writeFileSync(testFile(name), toTestFile(set));
  });
  afterAll(() => folder.remove());
  const testFile = (name: string): string => join(folder.path, `${name}.yml`);

  describe.each(promtools)('%s', (promtool) => {
    test('takes the configuration and the rules', async () => {
      const config = await runCommand(promtool, ['check', 'config', join(prometheusFolder, 'prometheus.yml')]);
      expect(config.stdout).toContain('is valid prometheus config file syntax');
      const rules = await runCommand(promtool, ['check', 'rules', ...ruleFileNames.map(toRulePath)]);
      expect(rules.stdout.match(/SUCCESS/g)).toHaveLength(ruleFileNames.length);
    });

    test.each(Object.keys(caseSets))('%s: the rules do what the cases say', async (name) => {
      const { code, stdout, stderr } = await runCommand(promtool, ['test', 'rules', testFile(name)], {
        accept: [0, 1],
      });
      expect(`${stdout}${stderr}`).toContain('SUCCESS');
      expect(code).toBe(0);
    });
  });
});
