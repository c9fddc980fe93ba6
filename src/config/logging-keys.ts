import { defineKey } from './key.ts';
import { choice } from './values/choice.ts';

/** The keys of the program's log, for every role. */
export const loggingKeys = {
  'logging.level': defineKey({
    ...choice('debug', 'info', 'warn', 'error'),
    default: 'info',
    env: 'LOG_LEVEL',
    flag: 'logging.level',
    doc: 'The least important entries that are written.',
  }),
  'logging.format': defineKey({
    ...choice('json', 'text'),
    default: 'json',
    env: 'LOG_FORMAT',
    flag: 'logging.format',
    doc: 'One JSON object a line, or text for people.',
  }),
  'logging.output': defineKey({ ...choice('stdout', 'stderr'), default: 'stdout', doc: 'Where the log goes.' }),
} as const;
