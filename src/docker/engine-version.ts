import { compareApiVersions } from './api-version.ts';

/** What is known of the engine from the headers every answer of its API carries, through a proxy too. */
export interface EngineHeaders {
  /** The product: `Docker` or `Libpod` (Podman); a proxy that puts its own name there is none. */
  product: string | undefined;
  /** The engine's version, `28.5.2`, without the distribution's suffix. */
  version: string | undefined;
  /** The newest API version the engine speaks. */
  apiVersion: string | undefined;
  os: string | undefined;
  /** The engine's clock, Unix seconds. */
  clock: number | undefined;
}

/**
 * Reads `Server: Docker/28.5.2+dfsg4 (linux)`, `Api-Version: 1.51` and `Ostype: linux`.
 * Source: the Docker Engine's version middleware sets them on every answer.
 */
export function parseEngineHeaders(headers: Record<string, string | string[] | undefined>): EngineHeaders {
  const server = /^(Docker|Libpod)\/(\d+(?:\.\d+)*)/.exec(text(headers['server']) ?? '');
  return {
    product: server?.[1],
    version: server?.[2],
    apiVersion: text(headers['api-version']),
    os: text(headers['ostype']),
    clock: seconds(text(headers['date'])),
  };
}

function seconds(date: string | undefined): number | undefined {
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Whether one-shot statistics wait for the engine's next one-second tick, as they do before v25: there all requests
 * have to go out at once, or a hundred containers take a hundred seconds. An unknown version counts as a current one.
 */
export function waitsForTick(engine: EngineHeaders | undefined): boolean {
  if (engine?.product === 'Docker' && engine.version !== undefined) return Number.parseInt(engine.version, 10) < 25;
  // A proxy may put its own name in the engine's place; API 1.44 came with v25.
  const isUnnamed = engine?.product === undefined && engine?.apiVersion !== undefined;
  return isUnnamed && compareApiVersions(engine.apiVersion ?? '', '1.44') < 0;
}
