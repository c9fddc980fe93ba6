import { toPackageRef } from '../../counting/package-identity.ts';
import { severityOf } from '../../counting/severity.ts';
import { toReportedImage } from '../reported-image.ts';
import { lineOf, type SarifReader } from './sarif-run.ts';

/** What Trivy calls the rules of vulnerabilities; others are of secrets, licences and configurations. */
const ruleNames: ReadonlySet<string> = new Set([
  'OsPackageVulnerability',
  'LanguageSpecificPackageVulnerability',
  'OtherVulnerability',
]);

/** `trivy image --format sarif` */
export const trivySarif: SarifReader = {
  scanner: 'Trivy',
  isBy: (name, fullName) => name.toLowerCase() === 'trivy' || fullName === 'Trivy Vulnerability Scanner',
  imageOf: ({ properties }) =>
    toReportedImage({
      given: properties?.imageName,
      tags: properties?.repoTags?.flatMap((tag) => tag ?? []),
      repoDigests: properties?.repoDigests?.flatMap((digest) => digest ?? []),
      imageId: properties?.imageID,
    }),
  *entriesOf({ ruleId, message }, rule) {
    const version = lineOf(message.text, 'Installed Version');
    const isVulnerability = rule?.name === undefined ? version !== undefined : ruleNames.has(rule.name);
    const id = ruleId ?? rule?.id;
    if (!isVulnerability || id === undefined) return;
    const properties = rule?.properties;
    yield {
      ids: [id],
      package: toPackageRef({ name: lineOf(message.text, 'Package'), version }),
      severity: severityOf({
        words: [lineOf(message.text, 'Severity') ?? lineOf(rule?.help?.text, 'Severity')],
        scores: () => [properties?.cvssv3_baseScore ?? properties?.cvssv2_score],
      }),
      fixedVersions: lineOf(message.text, 'Fixed Version')?.split(/, */),
      title: rule?.shortDescription?.text,
      url: rule?.helpUri,
    };
  },
};
