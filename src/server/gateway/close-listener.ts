import type { AgentConnection } from './agent-connection.ts';
import type { TlsListener } from './tls-listener.ts';

/**
 * Takes nobody any more, sends the agents elsewhere, and breaks off what has not closed when most of the time has
 * passed: what comes after this in a stop needs some too.
 */
export async function closeListener(
  listener: TlsListener,
  agents: readonly AgentConnection[],
  deadlineMs: number,
): Promise<void> {
  const { server } = listener;
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const agent of agents) agent.end('going', 'the server stops');
  const timer = setTimeout(() => listener.destroyAll(), deadlineMs / 2);
  await Promise.all([closed, ...agents.map((agent) => agent.closed)]);
  clearTimeout(timer);
}

/** Waits for some work, and no longer than this; the work has to be one that never rejects. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
