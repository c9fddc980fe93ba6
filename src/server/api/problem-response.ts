import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { problemType, type Problem } from '../../protocol/api/problem.ts';
import { ApiProblem } from './problem.ts';

/** When to come again after the database did not do its part; seconds. */
const storeRetryAfter = '5';

/** A problem as RFC 9457 has it. */
export function problemResponse(problem: ApiProblem, instance?: string): Response {
  const body: Problem = {
    type: `urn:tallyman:problem:${problem.code}`,
    title: STATUS_CODES[problem.status] ?? 'Request Aborted',
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(instance === undefined ? {} : { instance }),
  };
  const headers = { ...problem.headers, 'Content-Type': problemType };
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}

/** Answers whatever was thrown. What is not the caller's fault is logged, and told to nobody else. */
export function answerFault(fault: unknown, request: Request, route: string, log: Log): Response {
  if (fault instanceof ApiProblem) return problemResponse(fault);
  if (request.signal.aborted)
    return problemResponse(new ApiProblem(499, 'REQUEST_ABORTED', 'the caller left before there was an answer'));
  const told = fault instanceof TallymanError ? storeProblem(fault) : undefined;
  if (told !== undefined) {
    log.warn({ err: fault, method: request.method, route }, 'a call was refused: the store cannot do its part');
    return problemResponse(told);
  }
  const instance = `urn:uuid:${randomUUID()}`;
  log.error({ err: fault, method: request.method, route, instance }, 'a call failed');
  return problemResponse(
    new ApiProblem(500, 'INTERNAL', 'this failed here; the log of the server says why, under this instance'),
    instance,
  );
}

/** The store's messages can name servers and paths: they are for the log. */
function storeProblem({ code }: TallymanError): ApiProblem | undefined {
  const headers = { 'Retry-After': storeRetryAfter };
  if (code === 'STORE_FULL')
    return new ApiProblem(503, 'DATABASE_FULL', 'the database has no room left: give it some, then try again', headers);
  if (!code.startsWith('STORE_') || code === 'STORE_KEY_WRONG') return undefined;
  return new ApiProblem(503, 'DATABASE_UNAVAILABLE', 'the database does not answer: try again in a moment', headers);
}
