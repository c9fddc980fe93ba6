import { toPackageRef } from '../../counting/package-identity.ts';
import { severityOf } from '../../counting/severity.ts';
import { lineOf, type SarifReader, type SarifResult, type SarifRule, type SarifRun } from './sarif-run.ts';

/** `docker scout cves --format sarif`, which does not say of which image it is. */
export const scoutSarif: SarifReader = {
  scanner: 'Docker Scout',
  isBy: (name, fullName) => name.toLowerCase() === 'docker scout' || fullName.toLowerCase() === 'docker scout',
  imageOf: () => ({}),
  *entriesOf(result, rule, run) {
    const id = result.ruleId ?? rule?.id;
    if (id === undefined) return;
    const properties = rule?.properties;
    const severity = severityOf({
      words: [properties?.cvssV3_severity ?? lineOf(result.message.text, 'Severity')],
      scores: () => [Number(properties?.cvssV3 ?? NaN)],
    });
    const own = purlOf(result);
    for (const purl of purlsOf(own, rule, run)) {
      yield {
        ids: [id],
        package: toPackageRef({ purl, reference: purl }),
        severity,
        fixedVersions: fixesOf(
          (purl === own ? lineOf(result.message.text, 'Fixed version') : undefined) ?? properties?.fixed_version,
        ),
        title: rule?.shortDescription?.text,
        url: rule?.helpUri,
      };
    }
  },
};

/** A result names its own package; its rule names all, and counts for those that no result names. */
function* purlsOf(own: string | undefined, rule: SarifRule | undefined, run: SarifRun): Generator<string> {
  if (own !== undefined) yield own;
  const { purls = [], purl } = rule?.properties ?? {};
  for (const other of purls.length === 0 && purl !== undefined ? [purl] : purls) {
    if (!namesOf(run).has(nameOf(rule?.id, other))) yield other;
  }
}

const names = new WeakMap<SarifRun, ReadonlySet<string>>();

/** The rules and packages that a run's results name, the suppressed ones too. */
function namesOf(run: SarifRun): ReadonlySet<string> {
  const known = names.get(run);
  if (known !== undefined) return known;
  const found = new Set((run.results ?? []).map((result) => nameOf(result.ruleId, purlOf(result))));
  names.set(run, found);
  return found;
}

function nameOf(ruleId: string | undefined, purl: string | undefined): string {
  return `${ruleId ?? ''}\0${purl ?? ''}`;
}

function purlOf({ message }: SarifResult): string | undefined {
  const purl = lineOf(message.text, 'Package');
  return purl?.startsWith('pkg:') === true ? purl : undefined;
}

/** Docker Scout's words for no fix. */
function fixesOf(version: string | undefined): string[] {
  return version === undefined || version.toLowerCase() === 'not fixed' ? [] : version.split(/, */);
}
