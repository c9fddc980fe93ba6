import { nearest } from '../../config/nearest.ts';
import { shownValue } from '../../config/raw-value.ts';

/** How a flag is written. */
export interface FlagForm {
  takesValue: boolean;
  isRepeated?: true;
  /** Words that may follow the flag's value as further values. */
  isFurther?(this: void, word: string): boolean;
}

export interface ReadArguments {
  /** What is no flag and no flag's value. */
  words: readonly string[];
  /** The flags given, without dashes; one that stands alone has the value `true`. */
  flags: ReadonlyMap<string, readonly string[]>;
  isHelp: boolean;
  faults: readonly string[];
}

/**
 * Reads `--flag value`, `--flag=value` and words in any order; after `--` everything is a word. Values of flags are never
 * shown in a fault: they may be secrets. node:util's parseArgs is not used since its messages name neither the nearest
 * flag nor what to write, and it takes `--a --b` for a value in the mode that leaves the checks to us.
 */
export function readArguments(argv: readonly string[], forms: ReadonlyMap<string, FlagForm>): ReadArguments {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const faults: string[] = [];
  let isHelp = false;

  const rest = [...argv];
  const takeNext = (isWanted: (word: string) => boolean): readonly string[] =>
    rest[0] !== undefined && isWanted(rest[0]) ? rest.splice(0, 1) : [];
  const takeAll = (isWanted: (word: string) => boolean): readonly string[] => {
    const end = rest.findIndex((word) => !isWanted(word));
    return rest.splice(0, end === -1 ? rest.length : end);
  };
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') words.push(...rest.splice(0));
    else if (!isFlag(argument)) words.push(argument);
    else if (argument === '--help' || argument === '-h') isHelp = true;
    else {
      const [, flag = argument, inline] = /^(-[^=]*)=(.*)$/s.exec(argument) ?? [];
      const name = flag.replace(/^--/, '');
      const form = forms.get(name);
      const [next] = inline === undefined && form?.takesValue !== false ? takeNext((word) => !isFlag(word)) : [];
      const value = inline ?? next ?? (form?.takesValue === false ? 'true' : '');
      const fault = faultOf({ flag, form, inline, value, isAgain: flags.has(name) }, forms);
      if (fault !== undefined) faults.push(fault);
      const texts = [value, ...(form?.isFurther === undefined ? [] : takeAll(form.isFurther))];
      const values = form?.isRepeated === true ? texts.flatMap((text) => text.split(',')) : texts;
      flags.set(name, [...(flags.get(name) ?? []), ...values]);
    }
  }
  return { words, flags, isHelp, faults };
}

interface Occurrence {
  flag: string;
  form: FlagForm | undefined;
  inline: string | undefined;
  value: string;
  isAgain: boolean;
}

function faultOf(
  { flag, form, inline, value, isAgain }: Occurrence,
  forms: ReadonlyMap<string, FlagForm>,
): string | undefined {
  if (form === undefined) return unknownFlag(flag, forms);
  if (!form.takesValue && inline !== undefined) return `${flag} takes no value`;
  if (isAgain && form.takesValue && form.isRepeated !== true) return `${flag} is given twice: keep one`;
  return value === '' ? `${flag} has no value: write ${flag}=VALUE` : undefined;
}

function unknownFlag(flag: string, forms: ReadonlyMap<string, FlagForm>): string {
  const meant = nearest(flag.replace(/^-+/, ''), [...forms.keys(), 'help']);
  return `${shownValue(flag)} is not a flag here: ${meant === undefined ? 'see --help' : `did you mean --${meant}?`}`;
}

/** `-1` and `-` are words, `-h` and `--port` are not. */
function isFlag(argument: string): boolean {
  return /^-(?:-|[a-zA-Z])/.test(argument);
}
