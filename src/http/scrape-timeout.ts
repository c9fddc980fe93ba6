/** What is kept back for writing and sending the answer before Prometheus gives up on it. */
const reserveMs = 500;

/**
 * How long a scrape may take: the configured limit, and half a second less than what Prometheus says it waits in
 * `X-Prometheus-Scrape-Timeout-Seconds` (half of it where that is under a second). A header that is no positive number
 * is ignored.
 */
export function scrapeTimeout(header: string | string[] | undefined, limitMs: number): number {
  const seconds = typeof header === 'string' && /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) : 0;
  if (!(seconds > 0) || !Number.isFinite(seconds)) return limitMs;
  const waitsMs = seconds * 1000;
  return Math.min(limitMs, waitsMs >= 2 * reserveMs ? waitsMs - reserveMs : waitsMs / 2);
}
