import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A report, and the image that it is pushed for. */
export interface DemoReport {
  file: string;
  image: string;
}

/** Reports of real scanners, which lie beside the project where they do. */
const real: Readonly<Record<string, string>> = {
  'trivy-juice-shop-10.2.0.json': 'registry.example.org/shop/juice-shop:10.2.0',
  'cyclonedx-sbom-juice-shop.json': 'registry.example.org/shop/juice-shop:10.2.0',
  'trivy-alpine-310.json': 'registry.example.org/base/alpine:3.10',
  'grype-python-3.6.json': 'registry.example.org/tools/python:3.6',
  'grype-ubi8-missing-severity.json': 'registry.example.org/base/ubi8:8.10',
  'osv-scanner-many.json': 'registry.example.org/tools/scanner:1.0',
  'cyclonedx-ubuntu.json': 'registry.example.org/base/ubuntu:22.04',
  'scout-1.15.sarif': 'registry.example.org/shop/web:1.15',
  'trivy-no-results.json': 'registry.example.org/shop/static:1.0',
};

/** Small ones of the tests' own. */
const small: Readonly<Record<string, string>> = {
  'trivy-packages.json': 'registry.example.org/shop/web:1.0',
  'gitlab-15.json': 'registry.example.org/shop/api:1.0',
  'grype.sarif': 'registry.example.org/tools/cli:1.0',
  'scout.sarif': 'registry.example.org/base/node:22',
};

/** The reports that are there: the real ones, or else the small ones. */
export function demoReports(root: string): readonly DemoReport[] {
  const found = present(join(root, '../shared/fixtures/reports'), real);
  return found.length > 0 ? found : present(join(root, 'test/fixtures/reports'), small);
}

function present(folder: string, images: Readonly<Record<string, string>>): readonly DemoReport[] {
  return Object.entries(images)
    .map(([name, image]) => ({ file: join(folder, name), image }))
    .filter(({ file }) => existsSync(file));
}
