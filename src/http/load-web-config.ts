import { dirname } from 'node:path';
import { createStampedReads } from './file-stamps.ts';
import { parseWebConfigText } from './web-config-text.ts';
import { loadTlsServerConfig } from './tls-server-config.ts';
import type { WebConfig, WebConfigResult } from './web-config.ts';
import type { WebConfigFile } from './web-config-schema.ts';

/**
 * Reads a `--web.config.file` and the certificates it names, relative to its own folder. Never throws:
 * each fault is one line, `line <n>: <key>: <what is wrong>`, without any value that may be a secret.
 * An empty file means plain HTTP for everybody.
 */
export function loadWebConfig(path: string): WebConfigResult {
  const reads = createStampedReads();
  const read = reads.read(path);
  if (read.text === undefined) return { ok: false, faults: [read.reason], stamps: reads.stamps };

  const text = parseWebConfigText(read.text);
  if (!text.ok) return { ok: false, faults: text.faults, stamps: reads.stamps };

  const faults: string[] = [];
  reportAccessFaults(text.file, (path, message) => faults.push(text.fault(path, message)));
  const { tls_server_config } = text.file;
  const tls =
    tls_server_config &&
    loadTlsServerConfig(tls_server_config, dirname(path), reads, (key, message) =>
      faults.push(text.fault(['tls_server_config', key], message)),
    );
  const config = { tls: tls ?? undefined, ...toAccess(text.file) };
  return faults.length > 0 ? { ok: false, faults, stamps: reads.stamps } : { ok: true, config, stamps: reads.stamps };
}

/** Faults that show only when keys are looked at together. */
function reportAccessFaults(file: WebConfigFile, report: (path: string[], message: string) => void): void {
  const { interval, burst } = file.rate_limit ?? {};
  if (interval && !burst)
    report(['rate_limit', 'burst'], 'must be at least 1 with an interval, or every request is refused');
  for (const name of Object.keys(file.basic_auth_users ?? {})) {
    if (name.includes(':')) report(['basic_auth_users', name], 'basic auth cannot carry a colon in a user name');
  }
}

function toAccess(file: WebConfigFile): Omit<WebConfig, 'tls'> {
  const headers = Object.entries(file.http_server_config?.headers ?? {}).filter(
    (entry): entry is [string, string] => !!entry[1],
  );
  const { interval, burst } = file.rate_limit ?? {};
  return {
    headers: Object.fromEntries(headers),
    users: new Map(Object.entries(file.basic_auth_users ?? {})),
    rateLimit: interval ? { intervalMs: interval, burst: burst ?? 0 } : undefined,
  };
}
