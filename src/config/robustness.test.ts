import { array, assert, constantFrom, jsonValue, oneof, property, string } from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { faults, load, testOptions } from '../../test/fixtures/config/exporter.ts';
import { exporterKeys } from './exporter-keys.ts';

const names = Object.keys(exporterKeys(testOptions));
const letters = (text: string) => constantFrom(...text.split(''));

/** Either a configuration or at least one fault, each on one line. */
function isAnswered(result: ReturnType<typeof load>): boolean {
  if (result.ok || result.request !== undefined) return true;
  return result.faults.length > 0 && result.faults.every((line) => !/[\n\r]/.test(line));
}

describe('bad input', () => {
  it('never throws, whatever a key holds', () => {
    const answered = property(constantFrom(...names), jsonValue(), (name, value) => {
      const nested = name.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
      return isAnswered(load({ yaml: stringify(nested) }));
    });
    expect(() => assert(answered, { numRuns: 1000 })).not.toThrow();
  });

  it('never throws, whatever the file holds', () => {
    const text = oneof(string(), string({ unit: letters('server:port-[]{}&*!|>\'"#%@`?, \n\t~<=') }));
    const answered = property(text, (yaml) => isAnswered(load({ yaml })));
    expect(() => assert(answered, { numRuns: 2000 })).not.toThrow();
  });

  it('never throws, whatever the arguments are', () => {
    const known = constantFrom('--server.port', '--help', '-h', '--', '-', '--config', '1', '--x=y');
    const answered = property(array(oneof(string(), known)), (argv) => isAnswered(load({ argv })));
    expect(() => assert(answered)).not.toThrow();
  });

  it('never shows a password, however it is written', () => {
    const around = string({ unit: letters('*&!%@`"\'[]}|>:,- \t#'), maxLength: 4 });
    const hidden = property(around, around, (before, after) => {
      const lines = faults({ yaml: `server:\n  auth:\n    password: ${before}hunter2${after}\n` });
      return !lines.join('\n').includes('hunter2');
    });
    expect(() => assert(hidden, { numRuns: 3000 })).not.toThrow();
  });
});
