export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** What the list's text for people tells beside the state word; undefined where the text says nothing of it. */
export interface StatusFacts {
  health: Health | undefined;
  exitCode: number | undefined;
}

/**
 * Reads `Up 5 minutes (healthy)`, `Up 2 seconds (health: starting)`, `Exited (137) 6 minutes ago`,
 * `Restarting (1) 4 seconds ago`. Source: the texts of Docker 20.10 to 28.5 and Podman 4.3.
 */
export function statusFacts(status: string): StatusFacts {
  const health = /^Up .*\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status)?.[1] as Health | undefined;
  const exitCode = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1];
  return { health, exitCode: exitCode === undefined ? undefined : Number(exitCode) };
}
