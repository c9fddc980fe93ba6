/**
 * An error of Tallyman's own: a stable code for programs, and a message that says what was attempted and what to do.
 * Every code is listed in docs/errors.md.
 */
export class TallymanError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TallymanError';
    this.code = code;
  }
}

/** The text of anything thrown; of errors that are not our own with their cause's, where that adds something. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof TallymanError) return error.message;
  const cause = error.cause === undefined ? '' : errorText(error.cause);
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

/** The system's code of an error (`ENOENT`, `ECONNREFUSED`, ...) or of its cause; undefined where there is none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code;
  return code ?? systemCode(error.cause);
}
