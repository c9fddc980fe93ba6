import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { textLine } from './log-text.ts';

const time = '2026-01-02T03:04:05.678Z';
const line = (fields: Record<string, unknown>): string => textLine(JSON.stringify({ level: 'info', time, ...fields }));

test('level, message and fields', () => {
  expect(line({ msg: 'hello there', port: 9200, tls: false, engine: 'unix:///x', empty: '', list: ['a'] })).toBe(
    `${time} INFO  hello there port=9200 tls=false engine=unix:///x empty="" list=["a"]\n`,
  );
});

test('an entry is one line, whatever it says', () => {
  expect(line({ msg: 'two\nlines', reason: 'a "b"\r\nc' })).toBe(
    `${time} INFO  two\\nlines reason="a \\"b\\"\\r\\nc"\n`,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (msg, value) => {
      const text = line({ msg, value });
      expect(text.indexOf('\n')).toBe(text.length - 1);
    }),
  );
});
