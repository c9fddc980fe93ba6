import type { IncomingMessage } from 'node:http';
import type { ZodType } from 'zod';
import { errorText } from '../base/errors.ts';
import { compareApiVersions, isApiVersion, negotiateApiVersion, oneShotApiVersion } from './api-version.ts';
import { connectionAdvice } from './call-advice.ts';
import type { CallRecord } from './call-record.ts';
import { EngineCallError, type CallFailure, type EngineCall } from './engine-call.ts';
import { networkedContainerSchema, type NetworkedContainer } from './networked-list.ts';
import { parseEngineHeaders, type EngineHeaders } from './engine-version.ts';
import { parseLenient, parseLenientList, type LenientResult } from './lenient.ts';
import { readBody, ResponseTooLarge, ResponseTruncated, type HeldBytes } from './response-body.ts';
import {
  containerInspectSchema,
  containerStatsSchema,
  listedContainerSchema,
  objectListSchema,
  versionSchema,
  volumeListSchema,
  type ContainerInspect,
  type ContainerStats,
  type EngineVersion,
  type ListedContainer,
} from './schemas.ts';
import { createTransport, type EngineAddress, type EngineTls } from './transport.ts';

export interface DockerClientOptions {
  address: EngineAddress;
  tls?: EngineTls | undefined;
  /** Asks in this API version instead of negotiating one. */
  pinnedApiVersion?: string | undefined;
  record: CallRecord;
  /** Hears of a call that is refused and was not before. */
  onRefused?: (call: EngineCall, message: string) => void;
  /** Hears of values that were left out of an answer because they were of a wrong type. */
  onFault?: (call: EngineCall, fault: string) => void;
}

/**
 * The Engine API, as far as Tallyman reads it. Every method but `close` takes the signal that ends it, counts itself
 * in the record, and throws EngineCallError.
 */
export interface DockerClient {
  readonly address: string;
  /** What the engine said of itself in its latest answer; undefined before the first. */
  engine(): EngineHeaders | undefined;
  /** The API version in use; undefined before the first negotiation, or where none could be learned. */
  apiVersion(): string | undefined;
  /** Learns the API version if that has not happened since the last (re)connect. Never fails because a proxy refuses. */
  negotiate(signal: AbortSignal): Promise<void>;
  /** Makes the next negotiate() ask again: the engine may be another one now. */
  forgetVersion(): void;
  /** Whether anything answers at the address, refusals included. */
  ping(signal: AbortSignal): Promise<void>;
  list(signal: AbortSignal): Promise<ListedContainer[]>;
  /** The same list with what tells where the containers are reached. */
  listWithNetworks(signal: AbortSignal): Promise<NetworkedContainer[]>;
  stats(id: string, signal: AbortSignal): Promise<ContainerStats>;
  inspect(id: string, signal: AbortSignal): Promise<ContainerInspect>;
  version(signal: AbortSignal): Promise<EngineVersion>;
  countImages(signal: AbortSignal): Promise<number>;
  countVolumes(signal: AbortSignal): Promise<number>;
  countNetworks(signal: AbortSignal): Promise<number>;
  /** The open events stream, one JSON object a line, from the engine's time `since` (Unix seconds) or from now on. */
  events(
    filters: Record<string, readonly string[]>,
    since: number | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage>;
  close(): void;
}

export function createDockerClient(options: DockerClientOptions): DockerClient {
  const { address, record, pinnedApiVersion } = options;
  const transport = createTransport(address, options.tls);
  const held: HeldBytes = { bytes: 0 };
  let engine: EngineHeaders | undefined;
  let negotiated: { version: string | undefined } | undefined;

  const versioned = (path: string): string => {
    const version = pinnedApiVersion ?? negotiated?.version;
    return version === undefined ? path : `/v${version}${path}`;
  };

  /** Notes what the answer's headers say; an engine that became another one is negotiated with again. */
  const readHeaders = (response: IncomingMessage): void => {
    const seen = parseEngineHeaders(response.headers);
    if (seen.version === undefined && seen.apiVersion === undefined) return;
    const changed = engine !== undefined && (seen.version !== engine.version || seen.apiVersion !== engine.apiVersion);
    engine = seen;
    if (changed) negotiated = undefined;
  };

  const open = async (
    call: EngineCall,
    path: string,
    signal: AbortSignal,
    stream = false,
  ): Promise<IncomingMessage> => {
    record.addCall(call);
    let response: IncomingMessage;
    try {
      response = await (stream ? transport.stream(path, signal) : transport.get(path, signal));
    } catch (cause) {
      if (signal.aborted) throw new EngineCallError(call, 'timeout', `${call}: no answer in time`, { cause });
      negotiated = undefined;
      throw new EngineCallError(call, 'connection', connectionAdvice(address, cause), { cause });
    }
    readHeaders(response);
    return response;
  };

  const fetchText = async (call: EngineCall, path: string, signal: AbortSignal): Promise<string> => {
    const response = await open(call, path, signal);
    const status = response.statusCode ?? 0;
    let body: string;
    try {
      body = await readBody(response, { held });
    } catch (cause) {
      throw bodyError(call, cause, signal);
    }
    if (status !== 200) throw statusError(call, status, body);
    // Docker 20.10 and Podman answer so for a container that went away while its statistics were awaited.
    if (call === 'stats' && body === '')
      throw new EngineCallError(call, 'not_found', 'stats: the answer is empty', { status });
    return body;
  };

  const fetchParsed = async <T>(
    call: EngineCall,
    path: string,
    parse: (input: unknown) => LenientResult<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const body = await counted(call, () => fetchText(call, versioned(path), signal));
    return counted(call, () => {
      const parsed = parse(parseJson(call, body));
      if (parsed.faults > 0) {
        record.addFailure(call, 'invalid');
        options.onFault?.(call, parsed.firstFault ?? 'unreadable');
      }
      if (parsed.value === undefined) {
        throw new UncountedError(call, 'invalid', `${call}: unreadable answer: ${parsed.firstFault ?? ''}`);
      }
      return parsed.value;
    });
  };

  /** Counts a failure by its reason; a refusal is remembered until the call succeeds again. */
  const counted = async <T>(call: EngineCall, task: () => T | Promise<T>): Promise<T> => {
    try {
      const result = await task();
      record.clearRefused(call);
      return result;
    } catch (error) {
      if (!(error instanceof EngineCallError) || error instanceof UncountedError) throw error;
      if (error.reason !== 'not_found') record.addFailure(call, error.reason);
      if (error.reason === 'refused' && record.markRefused(call)) options.onRefused?.(call, error.message);
      // An engine that knows nothing of the version in use is not the one that was negotiated with.
      if (error.status === 400) negotiated = undefined;
      throw error;
    }
  };

  /** Without any word of a version the paths stay unversioned: the engine then answers in its newest. */
  const settleVersion = (): void => {
    const newest = engine?.apiVersion;
    negotiated ??= { version: newest !== undefined && isApiVersion(newest) ? negotiateApiVersion(newest) : undefined };
  };

  const ping = async (signal: AbortSignal): Promise<void> => {
    try {
      await counted('ping', () => fetchText('ping', '/_ping', signal));
      settleVersion();
    } catch (error) {
      // A refusal comes from something that is there; a server error says that what matters is not.
      if (!(error instanceof EngineCallError) || error.reason !== 'refused') throw error;
    }
  };

  return {
    address: transport.address,
    engine: () => engine,
    apiVersion: () => pinnedApiVersion ?? negotiated?.version,
    forgetVersion: () => {
      negotiated = undefined;
    },
    async negotiate(signal) {
      if (negotiated !== undefined) return;
      if (record.mayAsk('ping')) {
        await ping(signal).catch((error: unknown) => {
          if (!isAnswer(error)) throw error;
        });
      }
      settleVersion();
    },
    ping,
    list: (signal) =>
      fetchParsed('list', '/containers/json?all=1', (input) => parseLenientList(listedContainerSchema, input), signal),
    listWithNetworks: (signal) =>
      fetchParsed('list', '/containers/json', (input) => parseLenientList(networkedContainerSchema, input), signal),
    stats: (id, signal) => {
      const version = pinnedApiVersion ?? negotiated?.version;
      const oneShot = version === undefined || compareApiVersions(version, oneShotApiVersion) >= 0;
      const query = oneShot ? 'stream=false&one-shot=true' : 'stream=false';
      return fetchParsed(
        'stats',
        `/containers/${encodeURIComponent(id)}/stats?${query}`,
        of(containerStatsSchema),
        signal,
      );
    },
    inspect: (id, signal) =>
      fetchParsed('inspect', `/containers/${encodeURIComponent(id)}/json`, of(containerInspectSchema), signal),
    version: (signal) => fetchParsed('version', '/version', of(versionSchema), signal),
    countImages: async (signal) => (await fetchParsed('images', '/images/json', of(objectListSchema), signal)).length,
    countNetworks: async (signal) => (await fetchParsed('networks', '/networks', of(objectListSchema), signal)).length,
    async countVolumes(signal) {
      const { Volumes } = await fetchParsed('volumes', '/volumes', of(volumeListSchema), signal);
      // null is the engine's word for none; nothing readable at all is not.
      if (Volumes === undefined) throw new EngineCallError('volumes', 'invalid', 'volumes: the answer names none');
      return Volumes?.length ?? 0;
    },
    async events(filters, since, signal) {
      return counted('events', async () => {
        const from = since === undefined ? '' : `&since=${String(since)}`;
        const path = versioned(`/events?filters=${encodeURIComponent(JSON.stringify(filters))}${from}`);
        const response = await open('events', path, signal, true);
        if (response.statusCode === 200) return response;
        const body = await readBody(response, { held, limit: 64 * 1024 }).catch(() => '');
        throw statusError('events', response.statusCode ?? 0, body);
      });
    },
    close: () => transport.close(),
  };
}

/** Already in the record, by its faults. */
class UncountedError extends EngineCallError {}

/** Whether the engine, or a proxy before it, answered at all. */
function isAnswer(error: unknown): boolean {
  return error instanceof EngineCallError && error.status !== undefined;
}

function of<T>(schema: ZodType<T>): (input: unknown) => LenientResult<T> {
  return (input) => parseLenient(schema, input);
}

function parseJson(call: EngineCall, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new EngineCallError(call, 'invalid_json', `${call}: the answer is not JSON: ${errorText(cause)}`, { cause });
  }
}

function bodyError(call: EngineCall, cause: unknown, signal: AbortSignal): EngineCallError {
  if (signal.aborted) return new EngineCallError(call, 'timeout', `${call}: no complete answer in time`, { cause });
  const reason: CallFailure =
    cause instanceof ResponseTooLarge ? 'too_large' : cause instanceof ResponseTruncated ? 'truncated' : 'connection';
  return new EngineCallError(call, reason, `${call}: ${errorText(cause)}`, { cause });
}

/** Calls for one container: there a 404 means that it has gone, elsewhere that a proxy hides the path. */
const containerCalls: ReadonlySet<EngineCall> = new Set(['stats', 'inspect']);

/** Statuses by which proxies and engines say "not allowed here". */
const refusals: ReadonlySet<number> = new Set([401, 403, 404, 405, 501]);

function statusError(call: EngineCall, status: number, body: string): EngineCallError {
  const said = body.trim().slice(0, 200).replaceAll(/\s+/g, ' ');
  const message = `${call}: HTTP ${String(status)}${said === '' ? '' : `: ${said}`}`;
  // 409: the container stopped or is being removed while asked.
  const gone = containerCalls.has(call) && (status === 404 || status === 409);
  const reason = gone ? 'not_found' : refusals.has(status) ? 'refused' : 'status';
  return new EngineCallError(call, reason, message, { status });
}
