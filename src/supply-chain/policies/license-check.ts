import { licenseKey, mentionsLicense } from './license-name.ts';
import { foldOrLater, parseLicenseExpression, type LicenseExpression } from './spdx-expression.ts';

/** Says whether a licence text of one package cannot be met without one of the listed licences. */
export type LicenseCheck = (text: string) => boolean;

/**
 * `MIT OR AGPL-3.0` can be met without AGPL, `MIT AND AGPL-3.0` cannot. An exception (WITH) changes nothing unless it is
 * among those allowed. Texts that are no SPDX expression are compared by name; of several with a slash or an `or`
 * between them one may be chosen too.
 */
export function createLicenseCheck(licenses: readonly string[], allowedExceptions: readonly string[]): LicenseCheck {
  const keys = [...new Set(licenses.map(licenseKey))].filter((key) => key !== '');
  const listed = new Set(keys);
  const exceptions = new Set(allowedExceptions.map((exception) => exception.toLowerCase()));
  const known = new Map<string, boolean>();

  const isForced = (expression: LicenseExpression): boolean => {
    if (expression.kind === 'or') return expression.parts.every(isForced);
    if (expression.kind === 'and') return expression.parts.some(isForced);
    const { id, exception } = expression;
    return listed.has(licenseKey(id)) && !(exception !== undefined && exceptions.has(exception.toLowerCase()));
  };
  const isForcedByName = (text: string): boolean => {
    const choices = foldOrLater(text.slice(0, namesAtMost))
      .split(/\/|\||\bor\b/i)
      .filter((name) => name.trim() !== '');
    return choices.length > 0 && choices.every((name) => keys.some((key) => mentionsLicense(name, key)));
  };

  const check = (text: string): boolean => {
    if (text.trim() === '') return false;
    if (listed.has(licenseKey(text))) return true;
    const expression = parseLicenseExpression(text);
    return expression === undefined ? isForcedByName(text) : isForced(expression);
  };
  return (text) => {
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    const forced = check(text);
    known.set(text, forced);
    return forced;
  };
}

const namesAtMost = 2000;
