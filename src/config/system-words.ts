import { errorText, systemCode } from '../base/errors.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a file could not be read, in words. */
export function systemWords(error: unknown): string {
  return words[systemCode(error) ?? ''] ?? errorText(error);
}
