import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCommands } from '../compose/programs.ts';
import { startFakeEngine, type FakeEngine } from '../support/fake-engine.ts';
import { loadRecordedAnswers } from '../support/recorded-answers.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startAlertChain, type AlertChain } from './alert-chain.ts';
import { rules } from './rule-files.ts';

const isComplete = hasRequirements('prometheus') && hasCommands('prometheus-alertmanager', 'amtool');

describe.skipIf(!isComplete)('from the engine to Alertmanager', () => {
  let engine: FakeEngine;
  let tallyman: TallymanProcess;
  let chain: AlertChain;
  beforeAll(async () => {
    // recorded: it has a container that was killed for lack of memory
    engine = await startFakeEngine(loadRecordedAnswers('docker-28.5-cgroup2'));
    tallyman = await startTallyman({ env: { DOCKER_HOST: engine.dockerHost } });
    chain = await startAlertChain(`127.0.0.1:${String(tallyman.port)}`);
  });
  afterAll(async () => {
    await chain?.stop();
    await tallyman?.stop();
    await engine?.[Symbol.asyncDispose]();
  });

  test('an alert arrives, with its severity, its container and its runbook', async () => {
    const alert = await waitFor('the alert', async () =>
      (await chain.alerts()).find(
        ({ labels }) => labels['alertname'] === 'ContainerOomKilled' && labels['container_name'] === 'fx-oom',
      ),
    );
    expect(alert.labels).toMatchObject({ severity: 'warning', job: 'tallyman' });
    expect(alert.annotations).toMatchObject({
      summary: 'Container fx-oom ran out of memory',
      runbook: 'docs/alerts.md#containeroomkilled',
    });
    expect(alert.status.state).toBe('active');
  });

  test('no rule fails on what an engine really says', async () => {
    const said = await waitFor('all rules to be evaluated', async () => {
      const all = await chain.rules();
      return all.length > 0 && all.every(({ health }) => health !== 'unknown') && all;
    });
    expect(said.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(said.map(({ name }) => name).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });

  test('only those alerts come that need no time to pass', async () => {
    expect(new Set((await chain.alerts()).map(({ labels }) => labels['alertname']))).toEqual(
      new Set(['ContainerOomKilled']),
    );
  });

  test('amtool takes the configuration, and routes by severity', async () => {
    const file = `${import.meta.dirname}/../../deploy/alertmanager/alertmanager.yml`;
    const checked = await runCommand('amtool', ['check-config', file]);
    expect(checked.stdout).toContain('SUCCESS');
    const route = async (severity: string): Promise<string> =>
      (await runCommand('amtool', ['config', 'routes', 'test', `--config.file=${file}`, `severity=${severity}`])).stdout.trim(); // prettier-ignore
    expect(await route('critical')).toBe('default');
    expect(await route('warning')).toBe('default');
    expect(await route('info')).toBe('quiet');
  });
});
