import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArguments, type FlagForm } from './read-arguments.ts';

const forms = new Map<string, FlagForm>([
  ['role', { takesValue: true }],
  ['host', { takesValue: true, isRepeated: true }],
  ['permission', { takesValue: true, isRepeated: true, isFurther: (word) => /^[a-z]+\.read$/.test(word) }],
  ['json', { takesValue: false }],
]);

function read(...argv: readonly string[]) {
  const { words, flags, isHelp, faults } = readArguments(argv, forms);
  return { words, flags: Object.fromEntries(flags), isHelp, faults };
}

describe('flags and words', () => {
  it.each([
    { argv: ['create', 'ann', '--role', 'admin'] },
    { argv: ['--role', 'admin', 'create', 'ann'] },
    { argv: ['create', '--role=admin', 'ann'] },
  ])('$argv come in any order', ({ argv }) => {
    expect(read(...argv)).toEqual({ words: ['create', 'ann'], flags: { role: ['admin'] }, isHelp: false, faults: [] });
  });

  it('a flag that stands alone takes no word', () => {
    expect(read('--json', 'list')).toMatchObject({ words: ['list'], flags: { json: ['true'] }, faults: [] });
  });

  it('several values come by repeating, by commas, and as further words where that is sure', () => {
    expect(read('--host', 'a', '--host=b,c').flags).toEqual({ host: ['a', 'b', 'c'] });
    expect(read('create', '--permission', 'x.read', 'y.read', 'name')).toMatchObject({
      words: ['create', 'name'],
      flags: { permission: ['x.read', 'y.read'] },
    });
  });

  it('after -- everything is a word', () => {
    expect(read('show', '--', '--role', '-h')).toMatchObject({ words: ['show', '--role', '-h'], isHelp: false });
  });

  it('help is asked for anywhere', () => {
    expect(read('add', 'x', '-h').isHelp).toBe(true);
    expect(read('--help').isHelp).toBe(true);
  });
});

describe('faults', () => {
  it.each([
    { argv: ['--rloe', 'hunter2'], fault: '--rloe is not a flag here: did you mean --role?' },
    { argv: ['--whatever=hunter2'], fault: '--whatever is not a flag here: see --help' },
    { argv: ['-role', 'hunter2'], fault: '-role is not a flag here: did you mean --role?' },
    { argv: ['--role'], fault: '--role has no value: write --role=VALUE' },
    { argv: ['--role='], fault: '--role has no value: write --role=VALUE' },
    { argv: ['--role', '--json'], fault: '--role has no value: write --role=VALUE' },
    { argv: ['--role', 'hunter2', '--role=hunter2'], fault: '--role is given twice: keep one' },
    { argv: ['--json=hunter2'], fault: '--json takes no value' },
  ])('$argv', ({ argv, fault }) => {
    const { faults, words } = read(...argv);
    expect(faults).toEqual([fault]);
    expect(words).toEqual([]);
  });
});

it('never throws, and shows no value of a flag', () => {
  const piece = fc.oneof(
    fc.constantFrom('--role', '--rolle', '--json', '--host', '--', '-', '-h', '--role=', 'word', '-1'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.stringMatching(/^[a-z]{12}$/), (argv, secret) => {
      const { faults } = readArguments([...argv, `--role=${secret}`, `--unknown=${secret}`, '--json'], forms);
      return faults.every((fault) => !fault.includes(secret));
    }),
  );
});
