import { z } from 'zod';
import { defineFormat, hasName, takeEntries, type ParsedReport } from '../report-format.ts';
import { listOf, needed, optionalDeferredListOf, text, time } from '../fields.ts';
import { component, createComponents, isContainer, packagesOf, property } from './cyclonedx-component.ts';
import { imageOfComponent } from './cyclonedx-image.ts';
import { vexOf } from './cyclonedx-vex.ts';
import { entriesOf, vulnerability } from './cyclonedx-vulnerability.ts';

const tool = z.object({ name: text, version: text });

const report = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: needed,
  serialNumber: text,
  metadata: z
    .object({
      timestamp: time,
      // A list up to 1.4, since then an object with a list.
      tools: z
        .union([z.array(tool), z.object({ components: listOf(tool) })])
        .nullish()
        .catch(undefined),
      component: component.nullish(),
      properties: listOf(property),
    })
    .nullish(),
  components: optionalDeferredListOf(component),
  vulnerabilities: optionalDeferredListOf(vulnerability),
});

/** CycloneDX in JSON, since 1.2: an SBOM, a report of vulnerabilities, or VEX. */
export const cyclonedx = defineFormat({
  format: 'cyclonedx',
  schema: report,
  recognises: (document) => hasName(document, 'bomFormat'),
  checkVersion(document, fail) {
    const version = hasName(document, 'specVersion') ? document['specVersion'] : undefined;
    if (typeof version === 'string' && !/^1\.(?:[2-9]|[1-9]\d)$/.test(version)) {
      fail('REPORT_VERSION', `of CycloneDX, 1.2 to 1.7 are known, not ${version}`, ['specVersion']);
    }
  },
  read(document, fail): ParsedReport {
    const { metadata } = document;
    if (document.components === undefined && document.vulnerabilities === undefined) {
      fail('REPORT_INVALID', 'it has neither components nor vulnerabilities: it says nothing', []);
    }
    const subject = metadata?.component ?? undefined;
    const list = document.components && [...takeEntries(document.components, ['components'], fail)];
    const components = createComponents(subject, list ?? []);
    // The names decide, not what they hold: a list of nothing is a result.
    const vulnerabilities =
      document.vulnerabilities && takeEntries(document.vulnerabilities, ['vulnerabilities'], fail);
    const isVex = vulnerabilities !== undefined && list === undefined;
    return {
      formatVersion: document.specVersion,
      scanner: scannerOf(metadata?.tools),
      createdAt: metadata?.timestamp,
      databaseAt: undefined,
      image: subject !== undefined && isContainer(subject) ? imageOfComponent(subject, metadata?.properties ?? []) : {},
      entries: vulnerabilities && !isVex ? entriesOf(vulnerabilities, components, subject) : undefined,
      packages: list && packagesOf(list),
      vex: isVex ? vexOf(vulnerabilities, components) : [],
      ...(isVex ? { documentId: document.serialNumber } : {}),
    };
  },
});

type Tools = z.output<typeof report>['metadata'];

function scannerOf(tools: NonNullable<Tools>['tools']): ParsedReport['scanner'] {
  const [first] = Array.isArray(tools) ? tools : (tools?.components ?? []);
  return first?.name === undefined ? undefined : { name: first.name, version: first.version ?? '' };
}
