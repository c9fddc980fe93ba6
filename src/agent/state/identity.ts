import { z } from 'zod';

/** Who the agent is, as `identity.json` keeps it; what is secret lies beside it in agent.key. */
export const identitySchema = z.object({
  host: z.object({ id: z.string().min(1).max(256), name: z.string().min(1).max(256) }),
  servers: z.array(z.string().min(1).max(2048)).min(1).max(100),
});

export interface Identity {
  host: { id: string; name: string };
  /** `https://host:port` */
  servers: readonly string[];
  /** The agent's certificate with its key, PEM. */
  certificate: string;
  key: string;
  /** The certificates of the authorities that servers may be signed by, PEM; the newest first. */
  authorities: readonly string[];
}
