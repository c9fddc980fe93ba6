import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startBackground } from '../test/support/background-process.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { answers, portNear, runShowcase, type Showcase } from './showcase.ts';

/**
 * Shows a fleet of one: a server, and an agent for the engine that DOCKER_HOST names (or the local one). Runs until
 * Ctrl-C (or for --seconds N) and leaves nothing behind. Needs no root, unless the engine's socket does.
 */
const program = join(import.meta.dirname, '../bin/tallyman');

async function main({ cleanups, stopped }: Showcase): Promise<number> {
  const folder = createTempFolder();
  cleanups.push(() => folder.remove());
  const data = join(folder.path, 'server');
  const httpPort = await portNear(8080);
  const agentPort = await portNear(8443);
  const exporterPort = await portNear(9200);
  const url = `http://127.0.0.1:${String(httpPort)}`;
  const tallyman = (...args: string[]): string =>
    execFileSync(program, [...args, '--data', data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

  const password = 'fleet-demo';
  const server = startBackground(
    program,
    [
      'server',
      '--listen',
      `127.0.0.1:${String(httpPort)}`,
      '--agent-listen',
      `127.0.0.1:${String(agentPort)}`,
      '--data',
      data,
    ],
    { env: { ...process.env, TALLYMAN_ADMIN_PASSWORD: password, LOG_FORMAT: 'text' } },
  );
  cleanups.push(() => server.stop());
  await answers('the server', server, `${url}/ready`);

  // "tallyman agent --server ... --token ... --ca-fingerprint ..."
  const [, ...joinLine] = tallyman('host', 'add', 'here').split(' ');
  const agent = startBackground(
    program,
    [
      ...joinLine,
      ...['--data', join(folder.path, 'agent')],
      ...['--server.address', '127.0.0.1', '--server.port', String(exporterPort)],
    ],
    { env: { ...process.env, LOG_FORMAT: 'text' } },
  );
  cleanups.push(() => agent.stop());
  await waitFor('the agent to be heard', () => {
    if (!agent.isRunning()) throw new Error(agent.output());
    return hostStatus(tallyman('host', 'show', 'here', '--json')) !== 'offline';
  });
  const status = hostStatus(tallyman('host', 'show', 'here', '--json'));
  const token = tallyman('token', 'create', 'prometheus', '--role', 'scraper');

  console.log(`
A server and the agent of one host, which is ${status}${status === 'online' ? '' : ' (is a Docker Engine running? DOCKER_HOST names another)'}.

  The fleet         curl -H 'Authorization: Bearer ${token}' ${url}/metrics
  Its containers    curl -H 'Authorization: Bearer ${token}' ${url}/metrics/containers
  This host alone   http://127.0.0.1:${String(exporterPort)}/metrics
  The API           ${url}/api/v1/openapi.json (user admin, password ${password})
  Commands          ${program} host list --data ${data}

Ctrl-C ends both and takes everything away.`);
  await stopped;
  return 0;
}

function hostStatus(json: string): string {
  return (JSON.parse(json) as { status: string }).status;
}

await runShowcase('fleet', main);
