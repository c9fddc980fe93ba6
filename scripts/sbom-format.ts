/** As much of CycloneDX 1.6 as we write: https://cyclonedx.org/docs/1.6/json/ */
export interface Sbom {
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: number;
  metadata: { timestamp: string; lifecycles: readonly { phase: 'build' }[]; component: Component };
  components: readonly Component[];
  dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
}

export interface Component {
  type: 'application' | 'library' | 'platform';
  name: string;
  version?: string;
  description?: string;
  'bom-ref': string;
  purl?: string;
  cpe?: string;
  licenses?: readonly ({ license: { id: string } } | { expression: string })[];
  hashes?: readonly { alg: 'SHA-512'; content: string }[];
}
