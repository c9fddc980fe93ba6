import { Agent, request } from 'node:http';
import { loadFromEngine } from '../test/support/engine-api.ts';

export interface BareLoop extends Disposable {
  readonly inFlight: number;
  /** Asks for the statistics of every container once and throws the answers away. */
  run(): Promise<void>;
}

/** What has to be asked for one round of statistics: a path for each running container. */
export async function listStatsPaths(socketPath: string): Promise<string[]> {
  const { ApiVersion } = (await loadFromEngine(socketPath, '/version')) as { ApiVersion: string };
  const containers = (await loadFromEngine(socketPath, '/containers/json')) as { Id: string }[];
  return containers.map(({ Id }) => `/v${ApiVersion}/containers/${Id}/stats?stream=false&one-shot=true`);
}

/**
 * The least that a scrape can do: the statistics calls alone, over connections that stay open, a number of them in
 * flight. What it takes is what the engine itself takes.
 */
export function createBareLoop(socketPath: string, paths: readonly string[], inFlight: number): BareLoop {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  return {
    inFlight,
    async run() {
      const waiting = [...paths];
      const work = async (): Promise<void> => {
        for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) await ask(agent, socketPath, path);
      };
      await Promise.all(Array.from({ length: inFlight }, work));
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function ask(agent: Agent, socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ agent, socketPath, path, headers: { Host: 'docker' } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`GET ${path}: ${String(answer.statusCode)}`));
      answer.on('end', resolve).on('error', reject).resume();
    });
    call.on('error', reject).end();
  });
}
