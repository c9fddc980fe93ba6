import { isDigest } from '../../image-reference.ts';
import type { ReportedImage } from '../../report.ts';
import { imageOfPurl } from '../purl-image.ts';
import { toReportedImage } from '../reported-image.ts';
import type { Component, Property } from './cyclonedx-component.ts';

const trivy = 'aquasecurity:trivy:';
const syftLabel = 'syft:image:labels:';

/** The image that a document is about: what Trivy and Syft write into its component, and the component's purl. */
export function imageOfComponent(subject: Component, documentProperties: readonly Property[]): ReportedImage {
  const properties = [...subject.properties, ...documentProperties];
  const valuesOf = (name: string) => properties.flatMap((entry) => (entry.name === name ? (entry.value ?? []) : []));
  const { reference, repoDigest } = imageOfPurl(subject.purl);
  const { name, version } = subject;
  const isVersionDigest = version !== undefined && isDigest(version);
  const hasTag = name !== undefined && /[:@][^/]*$/.test(name);
  const labels = labelsOf(properties);
  return toReportedImage({
    given: name === undefined || version === undefined || isVersionDigest || hasTag ? name : `${name}:${version}`,
    tags: [...valuesOf(`${trivy}RepoTag`), ...(reference === undefined ? [] : [reference])],
    repoDigests: [
      ...valuesOf(`${trivy}RepoDigest`),
      ...(repoDigest === undefined ? [] : [repoDigest]),
      ...(isVersionDigest && name !== undefined ? [`${name}@${version}`] : []),
    ],
    imageId: valuesOf(`${trivy}ImageID`)[0],
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
  });
}

function labelsOf(properties: readonly Property[]): [string, string][] {
  return properties.flatMap(({ name = '', value = '' }): [string, string][] => {
    for (const prefix of [`${trivy}Labels:`, syftLabel]) {
      if (name.startsWith(prefix)) return [[name.slice(prefix.length), value]];
    }
    return [];
  });
}
