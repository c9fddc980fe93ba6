import { joinKeys } from '../src/config/agent-keys.ts';
import type { Key } from '../src/config/key.ts';
import { serverKeys } from '../src/config/server-keys.ts';
import { groups } from './docs-config.ts';

/** The text of docs/server-config.md, derived from the tables of keys of the server and the agent. */
export function serverConfigDocs(): string {
  return `${[introduction, ...groups(serverKeys), agent, ...groups(joinKeys)].join('\n\n')}\n`;
}

/** The text of server.example.yaml: every key with its default. */
export function serverExample(): string {
  const names = [...new Set(Object.keys(serverKeys).map(sectionOf))];
  const sections = names.map((section) => {
    const entries = Object.entries<Key<unknown>>(serverKeys).filter(([name]) => sectionOf(name) === section);
    return `${section}:\n${entries.map(([name, key]) => exampleOf(name, key)).join('\n')}`;
  });
  return `${exampleHead}\n${sections.join('\n\n')}\n`;
}

function sectionOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function exampleOf(name: string, key: Key<unknown>): string {
  const comment = wrap(key.doc.replaceAll('`', ''), 100).map((line) => `  # ${line}`);
  return [...comment, `  ${name.slice(name.indexOf('.') + 1)}: ${key.toYaml(key.default)}`].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

const exampleHead = `# Every setting of \`tallyman server\` with its default: name a file like this with --config or TALLYMAN_CONFIG.
# Made from the code's table of keys by \`npm run docs\`; more in docs/server-config.md.
`;

const introduction = `# Configuration of \`tallyman server\` and \`tallyman agent\`

<!-- Made from the code's tables of keys by \`npm run docs\`. -->

Everything has a default. A complete, commented file is [server.example.yaml](../server.example.yaml); name yours with \`--config FILE\` or
\`TALLYMAN_CONFIG\`. What is true of the exporter's configuration is true here too: [precedence](config.md#precedence),
[durations](config.md#durations) (here \`d\` for days as well), nesting of keys, and faults that name the key, the value's origin and the fix.`;

const agent = `# The agent

\`tallyman agent\` takes every setting of the exporter ([config.md](config.md)) and these. Its file is named by \`--config\` or
\`TALLYMAN_AGENT_CONFIG\`. The line that \`tallyman host add\` prints has all that it needs.`;
