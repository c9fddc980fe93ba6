import { auditEntriesSchema, auditVerdictSchema, type AuditEntryShape } from '../protocol/api/audit.ts';
import { allPages } from './cli/all-pages.ts';
import { createCommandGroup } from './cli/command-group.ts';
import { countFlag, textFlag } from './cli/flags.ts';
import { shownJsonLine, shownText } from './cli/shown-text.ts';
import { defineSubcommand, type CommandGroup } from './cli/subcommand.ts';
import { tableLines } from './cli/table.ts';
import { textLines, writeLines } from './cli/text-lines.ts';
import { timeText } from './cli/times.ts';

const auditPath = '/api/v1/audit';
const usualCount = 100;

const verify = defineSubcommand({
  name: 'verify',
  summary: 'reads the whole chain of the audit log; exit code 1 when it is bad',
  flags: {},
  async run({ api }) {
    const verdict = await api.call({ method: 'GET', path: `${auditPath}/verify`, reply: auditVerdictSchema });
    if (verdict.valid) {
      const { entries, head } = verdict;
      const range = entries === 0 ? '' : ` (${String(head.firstNumber)} to ${String(head.number)})`;
      return { json: verdict, lines: [`The audit log is whole; entries: ${String(entries)}${range}.`] };
    }
    const { number, reason } = verdict;
    const place = number === 0 ? 'Its head is bad' : `The first bad entry is ${String(number)}`;
    return { json: verdict, exitCode: 1, lines: [], faults: [`the audit log is not whole. ${place}: ${reason}`] };
  },
});

const exportEntries = defineSubcommand({
  name: 'export',
  summary: 'writes every entry as a line of JSON, oldest first',
  flags: { output: textFlag('FILE', 'Write there instead of standard output; a file that is there is replaced.') },
  async run({ api, flags: { output }, print }) {
    const bytes = await api.stream({ method: 'GET', path: `${auditPath}/export` });
    if (output === undefined) {
      for await (const line of textLines(bytes)) print(shownText(line));
      return { lines: [] };
    }
    const count = await writeLines(output, textLines(bytes));
    return { json: { file: output, lines: count }, lines: [], notes: [`${String(count)} lines are in ${output}.`] };
  },
});

const list = defineSubcommand({
  name: 'list',
  summary: 'lists the newest entries',
  flags: {
    limit: countFlag('How many; 100 without it.'),
    action: textFlag('ACTION', 'Only those of this action, such as token.create.'),
  },
  async run({ api, flags: { limit = usualCount, action } }) {
    const query = action === undefined ? '' : `?${String(new URLSearchParams({ action }))}`;
    const items = (await allPages(api, auditPath + query, auditEntriesSchema, limit)).slice(0, limit);
    return { json: { items }, lines: tableLines(items, entryColumns) };
  },
});

export const auditCommands: CommandGroup = {
  name: 'audit',
  summary: 'the log of all that was changed, and by whom',
  subcommands: [verify, exportEntries, list],
};

export const audit = createCommandGroup(auditCommands);

const entryColumns = [
  { heading: 'NUMBER', text: ({ number }: AuditEntryShape) => String(number) },
  { heading: 'TIME', text: ({ at }: AuditEntryShape) => timeText(at) },
  { heading: 'ACTOR', text: ({ actor }: AuditEntryShape) => actor },
  { heading: 'ACTION', text: ({ action }: AuditEntryShape) => action },
  { heading: 'TARGET', text: ({ target }: AuditEntryShape) => target },
  {
    heading: 'DETAIL',
    text: ({ detail }: AuditEntryShape) => (Object.keys(detail).length === 0 ? undefined : shownJsonLine(detail)),
  },
];
