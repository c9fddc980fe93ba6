import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { hang, type FakeEngine } from '../support/fake-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { answers, ask } from './ask.ts';
import { startRecordedEngine } from './engines.ts';
import {
  listeningPort,
  programFile,
  runProgram,
  startProgram,
  type ProgramEnd,
  type ProgramRun,
} from './program-run.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

interface Stopped {
  end: ProgramEnd;
  seconds: number;
}

async function stopBy(run: ProgramRun, ...kinds: readonly NodeJS.Signals[]): Promise<Stopped> {
  const from = performance.now();
  for (const kind of kinds) {
    run.kill(kind);
    // Two of the same kind at the same moment are one.
    await waitFor('the program to hear of it', () => !run.isRunning() || run.stdout().includes('the exporter stops'));
  }
  const end = await run.ended;
  return { end, seconds: (performance.now() - from) / 1000 };
}

/** A program with a scrape under way that the engine lets hang, for far longer than a stop may take. */
async function startHanging(engine: FakeEngine): Promise<ProgramRun> {
  const env = { DOCKER_HOST: engine.dockerHost, COLLECTION_TIMEOUT: '10m' };
  const before = engine.count('list');
  const run = startProgram({ args: ['--server.port=0', '--server.address=127.0.0.1'], env });
  answers(`http://127.0.0.1:${String(await listeningPort(run))}/metrics`).catch(() => undefined);
  await waitFor('the scrape to hang', () => engine.count('list') > before);
  return run;
}

describe('a signal', () => {
  it.each(signals)('%s ends an idle program with exit code 0', async (signal) => {
    await using engine = await startRecordedEngine();
    const env = { DOCKER_HOST: engine.dockerHost };
    await using run = startProgram({ args: ['--server.port=0', '--server.address=127.0.0.1'], env });
    const url = `http://127.0.0.1:${String(await listeningPort(run))}/metrics`;
    expect((await ask(url)).status).toBe(200);
    await waitFor('the events to be followed', () => engine.followers() === 1);
    const { end, seconds } = await stopBy(run, signal);
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(seconds).toBeLessThan(5);
  });

  it('ends a program within ten seconds, also one whose scrape hangs; a second one ends it at once', async () => {
    await using engine = await startRecordedEngine();
    engine.misbehave({ calls: ['list'] }, hang);
    await using byTerm = await startHanging(engine);
    await using byInt = await startHanging(engine);
    await using twice = await startHanging(engine);
    const [term, int, impatient] = await Promise.all([
      stopBy(byTerm, 'SIGTERM'),
      stopBy(byInt, 'SIGINT'),
      stopBy(twice, 'SIGTERM', 'SIGINT'),
    ]);
    for (const { end, seconds } of [term, int]) {
      expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(seconds).toBeLessThan(10);
    }
    expect(impatient.end).toMatchObject({ code: 1, signal: null, stderr: '' });
    expect(impatient.seconds).toBeLessThan(5);
  });
});

describe('closed outputs', () => {
  it('do not end the program', async () => {
    await using engine = await startRecordedEngine();
    const env = { DOCKER_HOST: engine.dockerHost, LOG_LEVEL: 'debug' };
    await using run = startProgram({ args: ['--server.port=0', '--server.address=127.0.0.1'], env });
    const url = `http://127.0.0.1:${String(await listeningPort(run))}`;
    run.closeOutputs();
    // Each change is a line in the log.
    for (const up of [0, 1, 0, 1]) {
      await (up === 0 ? engine.stop() : engine.start());
      expect((await ask(`${url}/metrics`)).text).toContain(`\nexporter_up ${String(up)}\n`);
    }
    expect((await ask(`${url}/health`)).status).toBe(200);
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, signal: null });
  });

  it('are no fault of those who asked for help', async () => {
    const script = `exec 3>&1; { '${programFile}' --help 2>&3; echo "exit code $?" >&3; } | true`;
    const end = await runProgram({ command: '/bin/sh', args: ['-c', script] });
    expect(end).toMatchObject({ code: 0, stdout: 'exit code 0\n' });
  });
});
