import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownJson, shownJsonLine, shownText } from './shown-text.ts';
import { factLines, tableLines } from './table.ts';

const dangerous = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

describe('shown text', () => {
  it('has nothing in it that a terminal obeys', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !dangerous.test(shownText(text))));
    expect(shownText('käse \u001b[2J\r\n\u009b1m\u202eevil')).toBe('käse \\u001b[2J\\u000d\\u000a\\u009b1m\\u202eevil');
  });

  it('in JSON stands for the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const whole = { value, [text]: text };
        expect(JSON.parse(shownJson(whole))).toEqual(JSON.parse(JSON.stringify(whole)));
        expect(JSON.parse(shownJsonLine(whole))).toEqual(JSON.parse(JSON.stringify(whole)));
        expect(shownJson(whole).replaceAll('\n', '')).not.toMatch(dangerous);
        expect(shownJsonLine(whole)).not.toMatch(dangerous);
      }),
    );
  });
});

describe('tables', () => {
  const columns = [
    { heading: 'NAME', text: ({ name }: { name: string; role?: string }) => name },
    { heading: 'ROLE', text: ({ role }: { name: string; role?: string }) => role },
    { heading: 'END', text: () => 'x' },
  ];

  it('have their columns below each other', () => {
    expect(tableLines([{ name: 'a', role: 'viewer' }, { name: 'käse-😀' }, { name: 'b', role: '' }], columns)).toEqual([
      'NAME    ROLE    END',
      'a       viewer  x',
      'käse-😀  -       x',
      'b       -       x',
    ]);
    expect(tableLines([], columns)).toEqual(['NAME  ROLE  END']);
  });

  it('have one line for each row, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.string({ unit: 'binary' }) })), (rows) => {
        const lines = tableLines(rows, columns);
        return lines.length === rows.length + 1 && !lines.some((line) => dangerous.test(line));
      }),
    );
  });

  it('facts leave out what is not known', () => {
    expect(factLines({ name: 'a\n', unknown: undefined, 'last seen': 'never' })).toEqual([
      'name:       a\\u000a',
      'last seen:  never',
    ]);
  });
});
