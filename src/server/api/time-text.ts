/** Unix milliseconds as the API writes times: RFC 3339, UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** A field with a time, where there is one. */
export function timeField<N extends string>(name: N, ms: number | undefined): { [K in N]?: string } {
  return ms === undefined ? {} : ({ [name]: timeText(ms) } as { [K in N]?: string });
}
