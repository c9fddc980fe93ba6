import { z } from 'zod';
import type { Package } from '../report.ts';
import { createLicenseCheck } from './license-check.ts';
import { definePolicy } from './policy.ts';
import { printable } from './printable.ts';
import { compliant, noData, packageText, violatedBy } from './results.ts';
import { byCode } from './severity-order.ts';

const names = z.array(z.string().trim().min(1).max(200)).max(500);

export const copyleftLicenses = definePolicy({
  id: 'no-copyleft-licenses',
  displayName: 'No AGPL v3 licenses',
  doc: 'No package can be used only under a licence of the list.',
  config: z.strictObject({
    /** SPDX ids or names; the many ways to write GNU's licences are understood. */
    licenses: names.min(1).default(['AGPL-3.0-only', 'AGPL-3.0-or-later', 'AGPL-3.0', 'AGPL-3.0+', 'AGPL']),
    /** Exceptions after WITH that make such a licence acceptable: `Classpath-exception-2.0`. */
    allowedExceptions: names.default([]),
    /** Packages that are not looked at, by their exact name. */
    exceptPackages: names.default([]),
  }),
  evaluate({ packages }, { licenses, allowedExceptions, exceptPackages }) {
    if (packages === undefined) return noData(noLicenses);
    if (packages.length > 0 && packages.every((one) => one.licenses.length === 0)) return noData(noLicenses);
    const isForced = createLicenseCheck(licenses, allowedExceptions);
    const except = new Set(exceptPackages);
    const found = new Map<string, { package: Package; license: string }>();
    for (const one of packages) {
      const license = except.has(one.name) ? undefined : one.licenses.find(isForced);
      if (license !== undefined) found.set(JSON.stringify([one.name, one.version]), { package: one, license });
    }
    if (found.size === 0) return compliant;
    const inOrder = [...found.values()].toSorted(
      (a, b) => byCode(a.package.name, b.package.name) || byCode(a.package.version, b.package.version),
    );
    return violatedBy(inOrder, ({ package: { name, version }, license }) => ({
      text: `${packageText({ name, version })} is under ${printable(license)}: ${fix}`,
      package: printable(name),
      version: printable(version),
      fix,
    }));
  },
});

const fix = 'remove it, replace it, or use a version under another licence';
const noLicenses =
  'the licences of its packages: push an SBOM of this image (CycloneDX or SPDX), or a report that lists packages';
