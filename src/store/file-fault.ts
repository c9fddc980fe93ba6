import { errorText, systemCode, TallymanError } from '../base/errors.ts';

/** What the system says about a file or folder, with what to do about it. */
export function fileFault(error: unknown, path: string): TallymanError {
  if (error instanceof TallymanError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TallymanError('STORE_FULL', `the disk of ${path} is full: make room and try again`, { cause: error });
  }
  const advice =
    code === 'ENOTDIR' || code === 'EEXIST'
      ? 'name a folder'
      : 'give it and its folder to the user that runs this, or name another one';
  return new TallymanError('STORE_UNAVAILABLE', `${path} cannot be used (${code ?? errorText(error)}): ${advice}`, {
    cause: error,
  });
}
