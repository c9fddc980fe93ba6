import { createLog, type Log, type LogOptions } from '../base/log.ts';

interface LoggingConfig {
  'logging.level': LogOptions['level'];
  'logging.format': LogOptions['format'];
  'logging.output': LogOptions['output'];
}

/** The log that a role's `logging.*` keys describe. */
export function createConfiguredLog(config: LoggingConfig): Log {
  return createLog({
    level: config['logging.level'],
    format: config['logging.format'],
    output: config['logging.output'],
  });
}
