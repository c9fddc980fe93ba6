import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { checkOneImage, isDifferent } from './one-image.ts';
import { findReportFile, type ReportFile } from './report-file.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

describe('two reports', () => {
  it.each([
    { a: {}, b: {}, different: false },
    { a: { reference: 'nginx' }, b: {}, different: false },
    { a: { reference: 'nginx' }, b: { reference: 'docker.io/library/nginx:latest' }, different: false },
    { a: { reference: 'nginx:1' }, b: { reference: 'nginx:2' }, different: true },
    { a: { reference: 'nginx:1' }, b: { reference: 'redis:1' }, different: true },
    { a: { reference: 'nginx:1', digest: digest('a') }, b: { reference: 'mirror/nginx:1', digest: digest('a') }, different: false }, // prettier-ignore
    { a: { reference: 'nginx:1', digest: digest('a') }, b: { reference: 'nginx:1', digest: digest('b') }, different: true }, // prettier-ignore
    { a: { digest: digest('a'), imageId: digest('1') }, b: { digest: digest('b'), imageId: digest('1') }, different: false }, // prettier-ignore
    { a: { reference: 'app:1', imageId: digest('1') }, b: { reference: 'app:1', imageId: digest('2') }, different: true }, // prettier-ignore
  ])('$a, $b', ({ a, b, different }) => {
    expect(isDifferent(a, b)).toBe(different);
    expect(isDifferent(b, a)).toBe(different);
  });
});

describe('files with one --image', () => {
  const check = (...files: readonly ReportFile[]): Promise<void> => checkOneImage(files, { show: () => undefined });

  it('are taken where they are of one image, or say nothing', async () => {
    const files = [trivy('a.json', 'nginx:1'), trivy('b.json', 'docker.io/library/nginx:1'), spdx('c.json')];
    await expect(check(...files)).resolves.toBeUndefined();
  });

  it('are refused where they are of two, which are told', async () => {
    await expect(check(trivy('d.json', 'nginx:1'), spdx('e.json'), trivy('f.json', 'redis:7'))).rejects.toThrow(
      /d\.json is of nginx:1; \S+f\.json is of redis:7: one --image is for one image's reports/,
    );
  });

  it('are refused where one is no whole report', async () => {
    const cut = written('g.json', '{"SchemaVersion": 2, "Results": [');
    await expect(check(trivy('h.json', 'nginx:1'), cut)).rejects.toMatchObject({
      code: 'CLI_REPORT',
      message: expect.stringMatching(/g\.json: the report is refused: .*; nothing was sent$/) as string,
    });
  });
});

function trivy(name: string, image: string): ReportFile {
  return written(
    name,
    JSON.stringify({ SchemaVersion: 2, ArtifactName: image, ArtifactType: 'container_image', Results: [] }),
  );
}

function spdx(name: string): ReportFile {
  return written(
    name,
    JSON.stringify({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'x', packages: [] }),
  );
}

function written(name: string, text: string): ReportFile {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return findReportFile(path, () => Readable.from([]));
}
