import type { Environment } from './key.ts';

/** The process' environment: the only place that reads it. Everything else takes it as an argument. */
export function environment(): Environment {
  return process.env;
}
