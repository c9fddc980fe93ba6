import { z, type ZodType } from 'zod';
import { toPackageRef } from '../../counting/package-identity.ts';
import { parsePurl } from '../../counting/purl.ts';
import type { Package, PackageRef } from '../../report.ts';
import { listOf, text } from '../fields.ts';

export const property = z.object({ name: text, value: text });

export type Property = z.output<typeof property>;

const license = z.object({
  license: z.object({ id: text, name: text }).nullish(),
  expression: text,
});

const flatComponent = z.object({
  type: text,
  'bom-ref': text,
  group: text,
  name: text,
  version: text,
  purl: text,
  licenses: listOf(license),
  properties: listOf(property),
});

export type Component = z.output<typeof flatComponent> & { components: Component[] };

/** Components may be made of components. */
export const component: ZodType<Component> = flatComponent.extend({
  components: z.lazy(() => listOf(component)),
});

/** The components of a document, to be found by their references. */
export interface Components {
  find(reference: string): Component | undefined;
}

export function createComponents(subject: Component | undefined, components: readonly Component[]): Components {
  const byReference = new Map<string, Component>();
  const byPurl = new Map<string, Component>();
  for (const entry of allOf([...(subject === undefined ? [] : [subject]), ...components])) {
    const reference = entry['bom-ref'];
    if (reference !== undefined) byReference.set(reference, entry);
    if (entry.purl !== undefined && !byPurl.has(entry.purl)) byPurl.set(entry.purl, entry);
  }
  const find = (reference: string) => byReference.get(reference) ?? byPurl.get(reference);
  return { find: (reference) => find(reference) ?? find(localReference(reference)) };
}

/** A BOM-Link (`urn:cdx:serial/version#reference`) names a component of a document, this one or another. */
export function localReference(reference: string): string {
  const fragment = /^urn:cdx:[^#]*#(.+)$/s.exec(reference)?.[1];
  if (fragment === undefined) return reference;
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

export function toRef(entry: Component): PackageRef {
  const { group, name, version, purl } = entry;
  const printed = group === undefined || name === undefined ? name : `${group}/${name}`;
  return toPackageRef({ name: printed, version, purl, reference: entry['bom-ref'] });
}

export function isContainer({ type, purl }: Component): boolean {
  const purlType = purl === undefined ? undefined : parsePurl(purl)?.type;
  return type === 'container' || purlType === 'oci' || purlType === 'docker';
}

/** Not packages: what the image is, what it runs on, and what is in it besides. */
const noPackages: ReadonlySet<string | undefined> = new Set(
  ['container', 'operating-system', 'file', 'device', 'device-driver', 'platform', 'data', 'cryptographic-asset'], // prettier-ignore
);

export function packagesOf(components: readonly Component[]): Package[] {
  const packages: Package[] = [];
  for (const entry of allOf(components)) {
    // Scanners call a lock file an application; one that is installed has a purl or a version.
    const isLockFile = entry.type === 'application' && entry.purl === undefined && entry.version === undefined;
    if (!noPackages.has(entry.type) && !isLockFile) packages.push({ ...toRef(entry), licenses: licensesOf(entry) });
  }
  return packages;
}

function licensesOf({ licenses }: Component): string[] {
  const names = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name);
  return [...new Set(names.flatMap((name) => name ?? []))];
}

function* allOf(components: readonly Component[]): Generator<Component> {
  for (const entry of components) {
    yield entry;
    yield* allOf(entry.components);
  }
}
