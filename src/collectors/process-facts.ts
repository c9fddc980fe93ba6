import { readdirSync, readFileSync } from 'node:fs';

/** What Linux says of this process; fields are missing where /proc is not readable. */
export interface ProcessFacts {
  residentBytes?: number | undefined;
  anonymousBytes?: number | undefined;
  virtualBytes?: number | undefined;
  openFiles?: number | undefined;
  maxFiles?: number | undefined;
}

/** Reads /proc/self (proc(5)): sizes in bytes. Never throws. */
export function readProcessFacts(root = '/proc/self'): ProcessFacts {
  const status = attempt(() => readFileSync(`${root}/status`, 'utf8')) ?? '';
  const limits = attempt(() => readFileSync(`${root}/limits`, 'utf8')) ?? '';
  return {
    residentBytes: kilobytes(status, 'VmRSS'),
    anonymousBytes: kilobytes(status, 'RssAnon'),
    virtualBytes: kilobytes(status, 'VmSize'),
    openFiles: attempt(() => readdirSync(`${root}/fd`).length),
    maxFiles: number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]),
  };
}

function kilobytes(status: string, field: string): number | undefined {
  const value = number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return value === undefined ? undefined : value * 1024;
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
