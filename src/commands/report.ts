import type { z } from 'zod';
import { errorText, TallymanError } from '../base/errors.ts';
import { pushedReportSchema } from '../protocol/api/supply-chain.ts';
import { createCommandGroup } from './cli/command-group.ts';
import type { Flag } from './cli/flags.ts';
import { defineSubcommand, type CliCall, type CliReply, type CommandGroup } from './cli/subcommand.ts';
import { parseReference } from './cli/words.ts';
import { shownText } from './cli/shown-text.ts';
import { checkFailOn, failOnFlag, judge } from './supply-chain/fail-on.ts';
import { countsText, imageName, resultsText } from './supply-chain/image-text.ts';
import { checkOneImage } from './supply-chain/one-image.ts';
import { orgFlag, orgPath } from './supply-chain/org.ts';
import { findReportFile, standardInput, watchedBytes, type ReportFile } from './supply-chain/report-file.ts';

type PushedReport = z.infer<typeof pushedReportSchema>;

/** A file that was pushed. */
interface Pushed {
  file: string;
  reply: PushedReport;
}

const imageFlag: Flag<string | undefined> = {
  placeholder: 'REF',
  doc: "The image: a name with a tag, or with a digest, which wins over what the report says. Without it, the report's own.",
  parse: ([text]) => (text === undefined ? { ok: true, value: undefined } : parseReference(text)),
};

const push = defineSubcommand({
  name: 'push',
  summary: 'sends reports of scanners about an image; - is standard input',
  subject: 'FILE',
  further: { word: 'FILE' },
  flags: { image: imageFlag, org: orgFlag, 'fail-on': failOnFlag },
  remarks: [
    'Trivy, Grype, CycloneDX, SPDX, SARIF (Docker Scout, Trivy, Grype), OSV-Scanner, GitLab, OpenVEX and',
    'SLSA provenance: what it is, its content tells; gzip is unpacked.',
    'Several files with one --image have to be reports of one image.',
  ],
  check({ subject, further }) {
    if (further.length === 0 || ![subject, ...further].includes(standardInput)) return [];
    return ['standard input is pushed by itself: leave out - or the files'];
  },
  async run(call) {
    const { api, subject, further, flags, openInput, showProgress } = call;
    const { org, image, 'fail-on': wanted } = flags;
    const files = [...new Set([subject, ...further])].map((path) => findReportFile(path, openInput));
    await checkFailOn(api, org, wanted);
    if (image !== undefined && files.length > 1) await checkOneImage(files, { show: showProgress });
    const pushed: Pushed[] = [];
    const refused: string[] = [];
    for (const file of files) {
      try {
        pushed.push({ file: file.path, reply: await pushFile(call, file, { org, image }) });
      } catch (error) {
        if (files.length === 1 || !isAboutReport(error)) throw withDone(error, pushed);
        refused.push(`${file.path}: ${errorText(error)} (${error.code})`);
      }
    }
    return pushReply({ pushed, refused, wanted, isOne: files.length === 1 });
  },
});

export const reportCommands: CommandGroup = {
  name: 'report',
  summary: 'reports of scanners: what is in images',
  subcommands: [push],
};

export const report = createCommandGroup(reportCommands);

async function pushFile(
  { api, showProgress }: Pick<CliCall<unknown>, 'api' | 'showProgress'>,
  file: ReportFile,
  { org, image }: { org: string; image: string | undefined },
): Promise<PushedReport> {
  const path = orgPath(org, 'reports', { image, file: file.name });
  const upload = watchedBytes(file, showProgress);
  return await api.call({ method: 'POST', path, upload, reply: pushedReportSchema });
}

/** Whether other reports may well be taken. */
function isAboutReport(error: unknown): error is TallymanError {
  return error instanceof TallymanError && /^(?:REPORT|IMAGE)_/.test(error.code);
}

function withDone(error: unknown, pushed: readonly Pushed[]): unknown {
  if (pushed.length === 0 || !(error instanceof TallymanError)) return error;
  const done = pushed.map(({ file }) => file).join(', ');
  return new TallymanError(error.code, `${error.message}; stored are ${done}`, { cause: error });
}

interface PushResult {
  pushed: readonly Pushed[];
  refused: readonly string[];
  wanted: readonly string[];
  /** One file was to be pushed: its reply is all there is to say. */
  isOne: boolean;
}

function pushReply({ pushed, refused, wanted, isOne }: PushResult): CliReply {
  // Of several reports of one image, the last answer knows them all.
  const images = new Map(pushed.map(({ reply }) => [reply.digest, reply]));
  const verdicts = [...images.values()].map((reply) => judge(imageName(reply), reply.policies, wanted));
  const faults = [...refused, ...verdicts.flatMap((verdict) => verdict.faults)];
  const isViolated = verdicts.some(({ exitCode }) => exitCode === 3);
  const items = pushed.map(({ file, reply }) => ({ file, ...reply }));
  return {
    json: isOne ? items[0] : { items },
    lines: pushed.map(summaryLine),
    notes: verdicts.flatMap(({ notes }) => notes),
    faults,
    exitCode: refused.length > 0 ? 1 : isViolated ? 3 : 0,
  };
}

function summaryLine({ file, reply }: Pushed): string {
  const { format, kind, vulnerabilities, policies } = reply;
  const figures = vulnerabilities === undefined ? `no figures (${kind})` : countsText(vulnerabilities);
  const name = file === standardInput ? 'standard input' : file;
  return shownText(`${name}: ${format}, ${imageName(reply)}: ${figures}; policies: ${resultsText(policies)}`);
}
