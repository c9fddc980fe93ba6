import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeEngine } from '../../test/support/fake-engine.ts';
import { loadRecordedAnswers } from '../../test/support/recorded-answers.ts';
import { createTempFolder, type TempFolder } from '../../test/support/temp-folder.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createTestAuthority } from '../agent/test-kit/certificates.ts';
import { createStandInServer } from '../agent/test-kit/stand-in-server.ts';
import { startTlsServer } from '../agent/test-kit/tls-server.ts';
import { agent } from './agent.ts';
import type { CommandResult, Running } from './command.ts';

let temp: TempFolder;
const cleanUps: (() => unknown)[] = [];
beforeEach(() => {
  temp = createTempFolder();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  temp.remove();
});

interface Outcome {
  result: CommandResult;
  printed: string[];
  errors: string[];
}

const data = (): string => join(temp.path, 'data');

async function run(args: readonly string[], env: Record<string, string> = {}, port = '0'): Promise<Outcome> {
  const printed: string[] = [];
  const errors: string[] = [];
  const usual = ['--data', data(), `--server.port=${port}`, '--server.address=127.0.0.1', '--logging.level=error'];
  const result = await agent({
    args: [...args, ...usual],
    env,
    print: (line) => void printed.push(line),
    printError: (line) => void errors.push(line),
  });
  if ('stop' in result) cleanUps.push(() => result.stop());
  return { result, printed, errors };
}

function running({ result, errors }: Outcome): Running {
  if (!('stop' in result)) throw new Error(errors.join('\n'));
  return result;
}

async function fleet() {
  const authority = await createTestAuthority();
  const standIn = createStandInServer();
  const server = await startTlsServer(authority, standIn);
  const engine = await startFakeEngine(loadRecordedAnswers('docker-28.5-cgroup2'));
  cleanUps.push(
    () => server.stop(),
    () => engine[Symbol.asyncDispose](),
  );
  const line = ['--server', server.url, '--token', 'secret-token', '--ca-fingerprint', authority.fingerprint];
  return { authority, standIn, server, line, env: { DOCKER_HOST: engine.dockerHost } };
}

describe('without anything to go by', () => {
  test('exit code 2, and the line that is needed', async () => {
    const { result, errors } = await run([]);
    expect(result).toEqual({ exitCode: 2 });
    expect(errors).toEqual([
      expect.stringMatching(/^tallyman agent: .*--server, --token, --ca-fingerprint.*tallyman host add/),
    ]);
  });

  test('half a line: exit code 2, and what is missing', async () => {
    const { result, errors } = await run(['--server=https://one:8443', '--token=secret-token']);
    expect(result).toEqual({ exitCode: 2 });
    expect(errors.join()).toMatch(/--ca-fingerprint is missing/);
    expect(errors.join()).not.toContain('secret-token');
  });

  test('a wrong configuration: exit code 2', async () => {
    const { result, errors } = await run(['--server=http://one', '--docker.host=ssh://x']);
    expect(result).toEqual({ exitCode: 2 });
    expect(errors).toHaveLength(2);
  });

  test('--help and --version: exit code 0', async () => {
    expect((await run(['--help'])).result).toEqual({ exitCode: 0 });
    const { printed, result } = await run(['--version']);
    expect(result).toEqual({ exitCode: 0 });
    expect(printed).toEqual([expect.stringMatching(/^tallyman \d/)]);
  });
});

test('a folder that cannot be used: exit code 1', async () => {
  writeFileSync(data(), '');
  const { result, errors } = await run(['--server=https://one:8443']);
  expect(result).toEqual({ exitCode: 1 });
  expect(errors).toEqual([expect.stringMatching(/^tallyman agent: the agent cannot keep its state in .*--data/)]);
});

test('a port that is taken: exit code 1, and the folder is free again', async () => {
  const { line, env } = await fleet();
  const taken = createServer().listen(0, '127.0.0.1');
  cleanUps.push(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { result, errors } = await run(line, env, String(port));
  expect(result).toEqual({ exitCode: 1 });
  expect(errors).toEqual([expect.stringContaining(String(port))]);
  running(await run(line, env));
});

test("joins, serves the exporter's page, and goes on without the line", async () => {
  const { line, env, standIn, server } = await fleet();
  const first = running(await run(line, env));
  await waitFor('a heartbeat', () => standIn.heartbeats.length > 0);
  const second = await run(line, env);
  expect(second.result).toEqual({ exitCode: 1 });
  expect(second.errors).toEqual([expect.stringContaining('another tallyman agent runs on')]);
  const port = standIn.hellos[0]?.exporter?.port;
  const page = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
  expect(page).toContain('tallyman_agent_connected 1\n');
  expect(page).toContain('container_memory_usage_bytes{');
  await first.stop();
  running(await run([], env));
  await waitFor('another connection', () => standIn.hellos.length > 1);
  expect(server.joins).toHaveLength(1);
});

test('a token that is refused ends it with exit code 1 and says what to do', async () => {
  const { line, env, server } = await fleet();
  server.onJoin = (_, response) => {
    response.writeHead(403).end(JSON.stringify({ code: 'JOIN_TOKEN_USED', detail: 'this token was used' }));
    return true;
  };
  const outcome = await run(line, env);
  expect(await running(outcome).ended).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/this token was used.*tallyman host add/)]);
  expect(outcome.errors.join()).not.toContain('secret-token');
});
