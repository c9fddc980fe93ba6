/**
 * What the caller of the API did wrong, answered as a problem of RFC 9457 (`application/problem+json`). The code is
 * stable and listed in docs/errors.md; the detail says what to do.
 */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
