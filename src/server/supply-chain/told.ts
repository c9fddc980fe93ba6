import { TallymanError } from '../../base/errors.ts';
import { ApiProblem } from '../api/problem.ts';

/** Of faults that are the caller's, by the beginning of their code. */
const statuses: readonly (readonly [prefix: string, status: number])[] = [
  ['REPORT_TOO_LARGE', 413],
  ['REPORT_', 422],
  ['IMAGE_REFERENCE', 400],
  ['POLICY_NAME_TAKEN', 409],
  ['POLICY_UNKNOWN', 404],
  ['POLICY_', 400],
];

/** Does the work; what the supply chain's rules refuse is a problem that the caller is told. */
export async function told<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toldFault(error);
  }
}

/** A fault of the caller as a problem; any other as it is. */
export function toldFault(error: unknown): unknown {
  if (!(error instanceof TallymanError)) return error;
  const status = statuses.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  return status === undefined ? error : new ApiProblem(status, error.code, error.message);
}
