import { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';

type Config = Readonly<Record<string, unknown>>;

const objectSchema = z.record(z.string(), z.unknown());

/** A configuration as JSON; undefined where the text is none. */
export function parseConfig(text: string): Config | undefined {
  const parsed = objectSchema.safeParse(parsedJson(text));
  return parsed.success ? parsed.data : undefined;
}

/**
 * A configuration with some of its values changed by KEY=VALUE. What the default is tells how a value is written: a list
 * is separated by commas, a text is as it is; numbers, true and false, and lists too, are taken as JSON. No value: the
 * default. Throws CLI_POLICY for a key that the policy does not have.
 */
export function changeConfig(config: Config, defaults: Config, changes: readonly string[]): Config {
  // What is at its default stays so when another version has another one.
  const own = Object.entries(config).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]));
  const changed: Record<string, unknown> = Object.fromEntries(own);
  for (const change of changes) {
    const [key, text] = splitOnce(change);
    const keys = Object.keys(defaults);
    if (!keys.includes(key)) {
      const known = keys.length === 0 ? 'it has none' : `use ${keys.join(', ')}`;
      throw new TallymanError('CLI_POLICY', `${JSON.stringify(key)} is no setting of this policy: ${known}`);
    }
    if (text === '') delete changed[key];
    else changed[key] = toValue(text, defaults[key]);
  }
  return changed;
}

function toValue(text: string, example: unknown): unknown {
  if (typeof example === 'string') return text;
  const parsed = parsedJson(text);
  if (!Array.isArray(example)) return parsed ?? text;
  return Array.isArray(parsed) ? parsed : text.split(',').map((item) => item.trim());
}

function splitOnce(text: string): [string, string] {
  const index = text.indexOf('=');
  return [text.slice(0, index), text.slice(index + 1)];
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
