import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing; throws the system's error. Not mkdir's `recursive`, which goes on
 * for ever where the system says ENOENT of a folder in one that exists (/proc).
 */
export function makeFolder(path: string, mode: number): void {
  const whole = resolve(path);
  if (existsSync(whole)) return;
  makeFolder(dirname(whole), mode);
  mkdirSync(whole, { mode });
}
