import { onlyOther } from '../../counting/vulnerability-id.ts';
import type { VexStatement } from '../../report.ts';
import { imageOfPurl } from '../purl-image.ts';
import { isContainer, localReference, type Component, type Components } from './cyclonedx-component.ts';
import { isUnaffected, type Affected, type Vulnerability } from './cyclonedx-vulnerability.ts';

const statuses: Readonly<Record<string, VexStatement['status']>> = {
  not_affected: 'not_affected',
  false_positive: 'false_positive',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
};

/** What a document without components says of vulnerabilities elsewhere. */
export function vexOf(vulnerabilities: Iterable<Vulnerability>, components: Components): VexStatement[] {
  return [...vulnerabilities].flatMap((entry) => {
    const references = entry.references.flatMap(({ id }) => id ?? []);
    const about = { id: entry.id, aliases: onlyOther(entry.id, references) };
    const state = entry.analysis?.state?.toLowerCase() ?? '';
    const status = Object.hasOwn(statuses, state) ? statuses[state] : undefined;
    const unaffected = entry.affects.flatMap((affected) => productsOf(affected, components, true));
    const products = entry.affects.flatMap((affected) => productsOf(affected, components, false));
    const statements: VexStatement[] = [];
    // Without products it is about whatever the document is put beside; with none that can be named, about nothing.
    const saysAll = entry.affects.length === 0;
    if (status !== undefined && (saysAll || products.length > 0)) statements.push({ ...about, status, products });
    if (unaffected.length > 0) statements.push({ ...about, status: 'not_affected', products: unaffected });
    return statements;
  });
}

/**
 * What an entry is about, in the versions that are unaffected, or in the others. Ranges of versions name nothing that
 * could be compared.
 */
function productsOf({ ref, versions }: Affected, components: Components, areUnaffected: boolean): string[] {
  const product = productOf(components.find(ref)) ?? localReference(ref);
  if (versions.length === 0) return areUnaffected ? [] : [product];
  const named = versions.filter(({ status }) => isUnaffected(status) === areUnaffected);
  return named.flatMap(({ version }) => (version === undefined ? [] : [withVersion(product, version)]));
}

function productOf(component: Component | undefined): string | undefined {
  if (component === undefined) return undefined;
  if (component.purl !== undefined) return component.purl;
  return isContainer(component) ? component.name : undefined;
}

/** A purl that has a version already, or an image, is meant as it is. */
function withVersion(product: string, version: string): string {
  const isPackage = product.startsWith('pkg:') && imageOfPurl(product).reference === undefined;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(product) ?? [];
  const hasVersion = /@[^/]*$/.test(path.replace(/^pkg:[^/]*\//, ''));
  return isPackage && !hasVersion ? `${path}@${encodeURIComponent(version)}${rest}` : product;
}
