import { z } from 'zod';

/**
 * How an agent gets its first certificate: `POST /agent/v1/enroll` on the agents' address, over TLS whose CA the agent
 * has checked against the fingerprint it was given. The WebSocket is `GET /agent/v1/connect`, over mutual TLS.
 */
export const enrollPath = '/agent/v1/enroll';
export const connectPath = '/agent/v1/connect';

export const enrollRequestSchema = z.object({
  /** The join token, used once; the same key may ask again until it expires, since an answer can get lost. */
  token: z.string().min(1).max(256),
  /** PEM, made on the agent; its key never leaves it. */
  csr: z.string().max(16_384),
  version: z.string().max(256),
});
export type EnrollRequest = z.infer<typeof enrollRequestSchema>;

export const enrollReplySchema = z.object({
  /** The host's id (a UUID given at `host add`) and name. */
  id: z.string(),
  name: z.string(),
  /** The agent's certificate, PEM. */
  certificate: z.string(),
  /** The CA's certificate, PEM. */
  ca: z.string(),
});
export type EnrollReply = z.infer<typeof enrollReplySchema>;

/** `sha256:` and the SHA-256 of the CA's certificate (DER) in lower-case hexadecimal. */
export const fingerprintSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'use sha256: and 64 hexadecimal digits');
