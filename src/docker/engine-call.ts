import { TallymanError } from '../base/errors.ts';

/** The Engine API calls Tallyman makes, by the names they have in metrics and log lines. */
export const engineCalls = [
  'ping',
  'version',
  'list',
  'stats',
  'inspect',
  'events',
  'images',
  'volumes',
  'networks',
] as const;
export type EngineCall = (typeof engineCalls)[number];

/**
 * Why a call gave nothing usable:
 * - connection: the engine could not be reached, or hung up before its answer began
 * - timeout: no complete answer before the deadline
 * - refused: a proxy in front (or the engine) forbids the call
 * - status: an HTTP status other than 200
 * - truncated: the answer broke off
 * - too_large: the answer exceeds the limit
 * - invalid_json, invalid: the answer is not JSON, or not of the form the Engine API documents
 */
export const callFailures = [
  'connection',
  'timeout',
  'refused',
  'status',
  'truncated',
  'too_large',
  'invalid_json',
  'invalid',
] as const;
export type CallFailure = (typeof callFailures)[number];

/** A failed Engine API call. Code: `ENGINE_CALL`. */
export class EngineCallError extends TallymanError {
  readonly call: EngineCall;
  readonly reason: CallFailure | 'not_found';
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(
    call: EngineCall,
    reason: CallFailure | 'not_found',
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super('ENGINE_CALL', message, options);
    this.call = call;
    this.reason = reason;
    this.status = options.status;
  }
}
