import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../../base/log.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import { errorText } from '../../base/errors.ts';
import { readBody } from '../../http/request-body.ts';
import { enrollPath, enrollRequestSchema, type EnrollRequest } from '../../protocol/enrollment.ts';
import { createAllowances } from './allowances.ts';
import { denied, sendDenial, sendJson, type Denial } from './denial.ts';
import { enroll, type EnrollOptions, type EnrollOutcome } from './enroll.ts';
import { enrollBytes, enrollments, guesses } from './gateway-limits.ts';
import { addressGroup, peerAddress } from './peer-address.ts';
import type { Refusal, Refusals } from './refusals.ts';

export interface EnrollmentOptions {
  enrolling: Pick<EnrollOptions, 'store' | 'authority' | 'lifetimeMs'>;
  databaseNow: () => number;
  monotonic: () => number;
  refusals: Refusals;
  /** A host has joined with a new key: whoever is connected with an old one has no right any more. */
  onNewKey: (hostId: string) => void;
  log: Log;
}

/** Answers `POST enrollPath`, the only request that is not for a WebSocket. Never throws. */
export function createEnrollmentListener(options: EnrollmentOptions): RequestListener {
  const { refusals, log } = options;
  const failures = createAllowances(guesses, options.monotonic);
  const semaphore = createSemaphore(() => enrollments.running);
  let entered = 0;

  const answer = async (request: IncomingMessage, address: string): Promise<EnrollOutcome | undefined> => {
    const group = addressGroup(address);
    const limited = limit(failures.waitMs(group));
    if (limited !== undefined) return limited;
    const body = await readRequest(request);
    if (body === undefined || 'denial' in body) {
      if (body !== undefined) failures.charge(group);
      return body;
    }
    if (entered >= enrollments.running + enrollments.waiting) return busy('too many agents join at this moment');
    entered += 1;
    try {
      return await semaphore.run(async () => {
        // Again: many guesses may have come side by side.
        const outcome =
          limit(failures.waitMs(group)) ??
          (await enroll(body, { ...options.enrolling, address, now: options.databaseNow() }));
        if ('denial' in outcome && outcome.refusal !== 'rate_limited') failures.charge(group);
        return outcome;
      }, new AbortController().signal);
    } finally {
      entered -= 1;
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = peerAddress(request.socket);
    let outcome: EnrollOutcome | undefined;
    try {
      outcome = routeDenial(request) ?? (await answer(request, address));
    } catch (error) {
      log.error({ remoteAddress: address }, `an agent could not join: ${errorText(error)}`);
      outcome = busy('the server cannot take agents at this moment, see its log');
    }
    if (outcome === undefined) {
      response.destroy();
    } else if ('denial' in outcome) {
      refusals.add(outcome.refusal, address, outcome.denial.detail);
      sendDenial(response, outcome.denial);
    } else {
      const { reply, hostId, hasNewKey } = outcome;
      log.info({ host: reply.name, remoteAddress: address }, 'an agent has joined');
      if (hasNewKey) options.onNewKey(hostId);
      sendJson(response, 200, reply);
    }
  };

  return (request, response) => {
    response.on('error', () => undefined);
    serve(request, response).catch((error: unknown) => {
      log.error(`an agent's request could not be answered: ${errorText(error)}`);
      response.destroy();
    });
  };
}

type Refused = { refusal: Refusal; denial: Denial };

function routeDenial(request: IncomingMessage): Refused | undefined {
  const path = (request.url ?? '').split('?')[0];
  if (path !== enrollPath) {
    const denial = denied(
      'JOIN_PATH_UNKNOWN',
      404,
      'this address is for agents: people and programs use the other one',
    );
    return { refusal: 'bad_request', denial };
  }
  if (request.method === 'POST') return undefined;
  return { refusal: 'bad_request', denial: denied('JOIN_REQUEST_INVALID', 405, 'agents join by POST') };
}

/** undefined: the client has gone. */
async function readRequest(request: IncomingMessage): Promise<EnrollRequest | Refused | undefined> {
  const body = await readBody(request, { limitBytes: enrollBytes, keep: true });
  if (body === 'gone') return undefined;
  if (body === 'too-large') {
    const detail = `a request to join has at most ${enrollBytes} bytes`;
    return { refusal: 'oversized', denial: denied('JOIN_REQUEST_TOO_LARGE', 413, detail) };
  }
  const parsed = enrollRequestSchema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const detail = 'a request to join is JSON with token, csr and version';
  return { refusal: 'bad_request', denial: denied('JOIN_REQUEST_INVALID', 400, detail) };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

function limit(waitMs: number): Refused | undefined {
  if (waitMs === 0) return undefined;
  const seconds = Math.ceil(waitMs / 1000);
  const detail = `too many failed attempts to join from this address: try again in ${seconds} s`;
  return { refusal: 'rate_limited', denial: denied('JOIN_TOO_OFTEN', 429, detail, seconds) };
}

function busy(detail: string): Refused {
  return { refusal: 'unavailable', denial: denied('JOIN_UNAVAILABLE', 503, detail, 5) };
}
