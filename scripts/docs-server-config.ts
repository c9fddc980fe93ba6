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
  const lines: string[] = [];
  let sections: readonly string[] = [];
  for (const [name, key] of Object.entries<Key<unknown>>(serverKeys)) {
    const path = name.split('.');
    const above = path.slice(0, -1);
    above.forEach((section, depth) => {
      if (sections[depth] === section && sections.slice(0, depth).join('.') === above.slice(0, depth).join('.')) return;
      if (depth === 0) lines.push('');
      lines.push(`${indent(depth)}${section}:`);
    });
    sections = above;
    const comment = wrap(key.doc.replaceAll('`', ''), 100).map((line) => `${indent(above.length)}# ${line}`);
    lines.push(...comment, `${indent(above.length)}${path.at(-1) ?? ''}: ${key.toYaml(key.default)}`);
  }
  return `${exampleHead}${lines.join('\n')}\n`;
}

function indent(depth: number): string {
  return '  '.repeat(depth);
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
