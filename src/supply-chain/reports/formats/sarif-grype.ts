import { toPackageRef } from '../../counting/package-identity.ts';
import { parsePurl } from '../../counting/purl.ts';
import { severityOf } from '../../counting/severity.ts';
import { toReportedImage } from '../reported-image.ts';
import { lineOf, type SarifReader, type SarifResult, type SarifRule } from './sarif-run.ts';

/** `grype -o sarif` */
export const grypeSarif: SarifReader = {
  scanner: 'Grype',
  isBy: (name) => /\bgrype\b/i.test(name),
  imageOf(run) {
    for (const { message } of run.results ?? []) {
      const given = / was found in image (\S+) at: /.exec(message.text)?.[1];
      if (given !== undefined) return toReportedImage({ given });
    }
    return {};
  },
  *entriesOf(result, rule) {
    const help = rule?.help?.text;
    const { name, version } = packageOf(result, rule);
    const id = idOf(result.ruleId ?? rule?.id ?? '', name, help);
    if (id === undefined) return;
    yield {
      ids: [id],
      package: toPackageRef({ name, version, purl: purlOf(rule, version) }),
      severity: severityOf({
        words: [/^An? (\S+) vulnerability in /.exec(result.message.text)?.[1] ?? lineOf(help, 'Severity')],
      }),
      fixedVersions: lineOf(help, 'Fix Version')?.split(/, */),
      url: rule?.helpUri,
    };
  },
};

/** As the message says it, in any version's words; the rule's are those of one of its results. */
function packageOf(
  { message }: SarifResult,
  rule: SarifRule | undefined,
): { name: string | undefined; version: string | undefined } {
  const today = /^An? \S+ vulnerability in \S+ package: (.+), version (.*?) was found /.exec(message.text);
  const once = /^The path .* reports (.+) at version (\S*) /s.exec(message.text);
  const help = rule?.help?.text;
  const [, name, version] = today ?? once ?? [];
  return { name: name ?? lineOf(help, 'Package'), version: version ?? lineOf(help, 'Version') };
}

/** A rule is one of a vulnerability in a package: `CVE-2021-36159-apk-tools`. */
function idOf(ruleId: string, name: string | undefined, help: string | undefined): string | undefined {
  if (name !== undefined && ruleId.endsWith(`-${name}`)) return ruleId.slice(0, -name.length - 1);
  const told = /^Vulnerability (\S+)$/m.exec(help ?? '')?.[1];
  return told ?? (ruleId === '' ? undefined : ruleId);
}

function purlOf(rule: SarifRule | undefined, version: string | undefined): string | undefined {
  return rule?.properties?.purls.find((purl) => parsePurl(purl)?.version === version);
}
