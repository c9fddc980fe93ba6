import { TallymanError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { hasChanged, type FileStamps } from './file-stamps.ts';
import type { WebConfig, WebConfigResult } from './web-config.ts';

/** Files are looked at this often at most, and only when somebody asks. */
const checkEveryMs = 1000;

export interface WebConfigSourceOptions {
  load: () => WebConfigResult;
  /** What is loaded, for errors and log lines: a file's path. */
  name: string;
  clock: Clock;
  log: Log;
}

/** A web configuration that follows its files. */
export interface WebConfigSource {
  /** The configuration in force: the last good one. The same object as long as nothing has changed. */
  current(): WebConfig;
}

/**
 * Loads a web configuration and keeps it true to its files: they are looked at when `current` is called, at most once a second.
 * Throws WEB_CONFIG_INVALID with all faults when the first load fails; later faults are logged, each once.
 */
export function createWebConfigSource(options: WebConfigSourceOptions): WebConfigSource {
  const { load, name, clock, log } = options;
  const first = load();
  if (!first.ok) {
    throw new TallymanError('WEB_CONFIG_INVALID', [`${name} cannot be used:`, ...first.faults].join('\n  '));
  }
  let config = first.config;
  let stamps: FileStamps = first.stamps;
  let checkedAt = clock.monotonic();
  let logged: ReadonlySet<string> = new Set();

  const logOnce = (faults: readonly string[], message: string): void => {
    for (const fault of faults) if (!logged.has(fault)) log.error({ file: name, fault }, message);
    logged = new Set(faults);
  };
  const reload = (): void => {
    const loaded = load();
    stamps = loaded.stamps;
    if (!loaded.ok)
      return logOnce(loaded.faults, 'the changed web configuration has a fault: the last good one stays in force');
    const kept = tlsSwitch(config, loaded.config);
    logOnce(kept, 'the changed web configuration is applied but for TLS');
    config = kept.length === 0 ? loaded.config : { ...loaded.config, tls: config.tls };
    log.info({ file: name }, 'web configuration reloaded');
  };

  return {
    current() {
      const now = clock.monotonic();
      if (now - checkedAt < checkEveryMs) return config;
      checkedAt = now;
      if (hasChanged(stamps)) reload();
      return config;
    },
  };
}

/** What of a changed configuration cannot be applied: a listening socket speaks TLS or does not. */
function tlsSwitch(before: WebConfig, after: WebConfig): string[] {
  if ((before.tls === undefined) === (after.tls === undefined)) return [];
  return [`TLS cannot be switched ${after.tls === undefined ? 'off' : 'on'} while running: restart to apply that`];
}
