import { scrapeTimeout } from '../../http/scrape-timeout.ts';

/** The longest a scrape waits for the database. */
const limitMs = 10_000;

/** How long the database may take, so that the scrape still ends in the time that Prometheus says it has. */
export function databaseTimeout(request: Request): number {
  return scrapeTimeout(request.headers.get('x-prometheus-scrape-timeout-seconds') ?? undefined, limitMs);
}
