import { z } from 'zod';
import type { ValueKind } from './value-kind.ts';
import { yamlText } from './text.ts';

/** Labels of containers are exported as `container_label_<name>`. */
const containerLabelPrefix = 'container_label_';

/** Labels for every series: names to values. `reserved` are the labels that the metrics themselves use. */
export function labelMap(reserved: readonly string[]): ValueKind<Readonly<Record<string, string>>> {
  const value = z.string('is not a label value: use text');
  const key = z.string().superRefine((name, context) => {
    const message = nameFault(name, reserved);
    if (message !== undefined) context.addIssue({ code: 'custom', message, params: { shown: name } });
  });
  const schema = z
    .map(key, value, 'is not a map of labels: write "name: value" on lines of their own')
    .transform((labels): Readonly<Record<string, string>> => Object.fromEntries(labels));
  return { schema, type: 'map of label names to text', toYaml: (map) => mapText(map as Record<string, string>) };
}

function nameFault(name: string, reserved: readonly string[]): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    return 'is not a label name: use letters, digits and _, not starting with a digit';
  }
  if (name.startsWith('__')) return 'is a label name that Prometheus keeps for itself: do not start with __';
  if (name.startsWith(containerLabelPrefix) || reserved.includes(name)) {
    return 'is a label that the metrics use themselves: choose another name';
  }
  return undefined;
}

function mapText(map: Readonly<Record<string, string>>): string {
  const entries = Object.entries(map).map(([name, value]) => `${name}: ${yamlText(value)}`);
  return `{${entries.length === 0 ? '' : ` ${entries.join(', ')} `}}`;
}
