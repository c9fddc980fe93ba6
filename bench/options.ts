import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of parts; all where none is given. */
  only: readonly string[];
  containers: number;
  quick: boolean;
  /** Where to write the results as JSON. */
  json: string | undefined;
  help: boolean;
}

/** @throws with what is wrong with the arguments. */
export function parseOptions(args: readonly string[], partNames: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      containers: { type: 'string', default: '100' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '');
  const unknown = only.filter((name) => !partNames.includes(name));
  if (unknown.length > 0) throw new Error(`--only: no part ${unknown.join(', ')}: use ${partNames.join(', ')}`);
  const containers = Number(values.containers);
  if (!Number.isInteger(containers) || containers < 1 || containers > 1000) {
    throw new Error('--containers: use a number from 1 to 1000');
  }
  return { only, containers, quick: values.quick, json: values.json, help: values.help };
}

export function helpText(parts: readonly { name: string; title: string }[]): string {
  const names = parts.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`);
  return `Measures what a scrape costs, and prints a table.

  --only NAME,NAME   these parts alone
  --containers N     running containers on the live engines (100)
  --quick            fewer repetitions: no more than a hint
  --json FILE        writes the figures there too

Parts:
${names.join('\n')}
`;
}
