import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeConfig, parseConfig } from './policy-config.ts';

const defaults = { severities: ['critical', 'high'], fixableOnly: true, graceDays: 0, graceFrom: 'first-seen' };

describe('KEY=VALUE', () => {
  it.each([
    { changes: ['severities=critical'], config: { severities: ['critical'] } },
    { changes: ['severities=critical, high'], config: { severities: ['critical', 'high'] } },
    { changes: ['severities=["low"]'], config: { severities: ['low'] } },
    { changes: ['graceDays=14', 'fixableOnly=false'], config: { graceDays: 14, fixableOnly: false } },
    { changes: ['graceFrom=published'], config: { graceFrom: 'published' } },
    { changes: ['graceFrom=12'], config: { graceFrom: '12' } },
    { changes: ['graceFrom=a=b'], config: { graceFrom: 'a=b' } },
    // What is no number is for the server to refuse, with the policy's own words.
    { changes: ['graceDays=soon'], config: { graceDays: 'soon' } },
  ])('$changes', ({ changes, config }) => {
    expect(changeConfig({}, defaults, changes)).toEqual(config);
  });

  it('leaves the other settings that are set, and goes back to the default where there is no value', () => {
    const config = { ...defaults, graceDays: 7, severities: ['low'] };
    expect(changeConfig(config, defaults, ['graceDays='])).toEqual({ severities: ['low'] });
  });

  it('refuses a setting that there is not, and names those there are', () => {
    expect(() => changeConfig({}, defaults, ['grace=1'])).toThrow(
      '"grace" is no setting of this policy: use severities, fixableOnly, graceDays, graceFrom',
    );
    expect(() => changeConfig({}, {}, ['__proto__=1'])).toThrow('it has none');
  });

  it('gives every list of plain words back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z][a-z0-9-]*$/), { minLength: 1 }), (words) => {
        expect(changeConfig({}, { list: [] }, [`list=${words.join(',')}`])).toEqual({ list: words });
      }),
    );
  });
});

it('a configuration is a JSON object', () => {
  expect(parseConfig('{"graceDays": 3}')).toEqual({ graceDays: 3 });
  for (const text of ['', '{', '[]', 'null', '"x"', 'graceDays=3']) expect(parseConfig(text)).toBeUndefined();
});
