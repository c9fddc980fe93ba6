import type { Readable } from 'node:stream';
import { createLog, type Log } from '../../base/log.ts';
import { defaultServerData } from '../../config/server-keys.ts';
import type { OpenLocalApi } from './local-carrier.ts';

export interface Terminal {
  write(text: string): unknown;
}

/** What a group of commands works with beside its arguments; tests give their own. */
export interface GroupParts {
  readonly openLocalApi: OpenLocalApi;
  /** For what goes wrong in this process while it works on a state. */
  readonly createLog: () => Log;
  readonly stdin: () => Readable;
  /** Standard error, where it is a terminal. */
  readonly terminal: () => Terminal | undefined;
  /** Where the state is looked for when nobody says where it is. */
  readonly defaultData: string;
}

export const usualParts: GroupParts = {
  openLocalApi: async (options) => await (await import('../../server/local-api.ts')).openLocalApi(options),
  // Standard output belongs to the command.
  createLog: () => createLog({ level: 'warn', format: 'text', output: 'stderr' }),
  stdin: () => process.stdin,
  terminal: () => (process.stderr.isTTY ? process.stderr : undefined),
  defaultData: defaultServerData,
};
