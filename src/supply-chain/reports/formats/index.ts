import type { FormatReader } from '../report-format.ts';
import { cyclonedx } from './cyclonedx.ts';
import { gitlab } from './gitlab.ts';
import { grype } from './grype.ts';
import { openvex } from './openvex.ts';
import { osvScanner } from './osv-scanner.ts';
import { provenance } from './provenance.ts';
import { sarif } from './sarif.ts';
import { spdx } from './spdx.ts';
import { trivy, trivyLegacy } from './trivy.ts';

/** Every format that is read. The one that recognises a report reads it: no two recognise the same. */
export const formats: readonly FormatReader[] = [
  trivy,
  trivyLegacy,
  grype,
  cyclonedx,
  spdx,
  sarif,
  gitlab,
  openvex,
  osvScanner,
  provenance,
];
