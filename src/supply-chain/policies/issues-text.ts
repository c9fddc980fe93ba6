import type { z } from 'zod';
import { printable } from './printable.ts';

const faultsAtMost = 10;

/** Every fault with the place it is at: `severities[1]: Invalid option`. */
export function issuesText({ issues }: z.ZodError): string {
  const faults = issues.slice(0, faultsAtMost).map(({ path, message }) => {
    const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
    return printable(place === '' ? message : `${place.replace(/^\./, '')}: ${message}`, 300);
  });
  return faults.join('; ') + (issues.length > faultsAtMost ? `; and ${issues.length - faultsAtMost} more` : '');
}
