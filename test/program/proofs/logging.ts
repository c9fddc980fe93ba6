import { expect, it } from 'vitest';
import { findFreePort } from '../../support/free-port.ts';
import { waitFor } from '../../support/wait-for.ts';
import { answers } from '../ask.ts';
import { listeningPort, startProgram, type ProgramRun } from '../program-run.ts';
import { provesByFile } from './proof.ts';

/** Level and format are among the precedence proofs; here is what is left. */
export function proveLogging(): void {
  provesByFile('logging.output');
  it('the log goes to one output and not to the other', async () => {
    await using toStdout = start('output: stdout');
    await using toStderr = start('output: stderr');
    await listeningPort(toStdout);
    await listeningPort(toStderr);
    expect([toStdout.stderr(), toStderr.stdout()]).toEqual(['', '']);
  });

  it('with level error, a missing engine is no entry', async () => {
    const port = await findFreePort();
    await using run = start('level: error', String(port));
    await waitFor('the program to listen', () => answers(`http://127.0.0.1:${String(port)}/metrics`), { everyMs: 20 });
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
}

function start(logging: string, port = '0'): ProgramRun {
  const config = `server: { address: 127.0.0.1, port: ${port} }\nlogging: { ${logging} }\n`;
  return startProgram({ config, env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
}
