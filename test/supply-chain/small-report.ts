interface SmallReport {
  image: string;
  /** The image's own user; empty: root. */
  user: string;
  vulnerabilities: Readonly<Partial<Record<'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'UNKNOWN', number>>>;
}

/** A report as Trivy writes it, with so many vulnerabilities, each in a package of its own that an upgrade would mend. */
export function smallReport({ image, user, vulnerabilities }: SmallReport): string {
  const entries = Object.entries(vulnerabilities).flatMap(([severity, count]) =>
    Array.from({ length: count }, (_, index) => ({
      VulnerabilityID: `CVE-2024-${String(1000 + index)}`,
      PkgName: `${severity.toLowerCase()}-${String(index)}`,
      InstalledVersion: '1.0.0',
      FixedVersion: '1.0.1',
      Severity: severity,
    })),
  );
  return JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: new Date().toISOString(),
    ArtifactName: image,
    ArtifactType: 'container_image',
    Metadata: { ImageConfig: { architecture: 'amd64', config: { User: user } } },
    Results: [{ Target: image, Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: entries }],
  });
}
