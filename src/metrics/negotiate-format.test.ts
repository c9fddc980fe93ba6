import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { negotiateFormat } from './negotiate-format.ts';

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

test.each([
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
  ['text/plain', 'text'],
  ['text/plain;version=0.0.4', 'text'],
  [prometheus2, 'openmetrics'],
  [prometheus3, 'openmetrics'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version="1.0.0"; charset=utf-8', 'openmetrics'],
  ['Application/OpenMetrics-Text;Version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text;version=0.0.1', 'text'],
  ['application/openmetrics-text;version=2.0.0', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=0.4, text/plain;q=0.5', 'text'],
  ['application/openmetrics-text;q=0.5, text/plain;q=0.5', 'openmetrics'],
  ['application/openmetrics-text;q=nonsense', 'text'],
  [',;,;;=,application/openmetrics-text', 'openmetrics'],
])('%s: %s', (accept, format) => {
  expect(negotiateFormat(accept)).toBe(format);
});

test('any header gets a format', () => {
  const property = fc.property(fc.string(), (accept) => ['text', 'openmetrics'].includes(negotiateFormat(accept)));
  expect(() => fc.assert(property)).not.toThrow();
});
