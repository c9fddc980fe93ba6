import { errorText, TallymanError } from '../../base/errors.ts';
import { repositoryOf, tagOf, tryImageReference } from '../../supply-chain/image-reference.ts';
import type { ReportedImage } from '../../supply-chain/report.ts';
import type { ReportFile } from './report-file.ts';

interface Claim {
  path: string;
  image: ReportedImage;
}

/**
 * Several reports of one name have to be of one image: reads them all before the first is sent. Reports that name no
 * image may be of any. Throws CLI_IMAGES where two of them are of different images, and CLI_REPORT where one is no
 * whole report.
 */
export async function checkOneImage(
  files: readonly ReportFile[],
  { show }: { show: (text: string) => void },
): Promise<void> {
  // Only who pushes several at once waits for the readers of all formats to be loaded.
  const { readReport } = await import('../../supply-chain/reports/read-report.ts');
  const claims: Claim[] = [];
  for (const file of files) {
    show(`${file.path}: which image is it of?`);
    const { path } = file;
    try {
      const { image } = await readReport(file.open());
      claims.push({ path, image });
    } catch (error) {
      if (error instanceof TallymanError && error.code === 'CLI_FILE') throw error;
      throw new TallymanError('CLI_REPORT', `${path}: ${errorText(error)}; nothing was sent`, { cause: error });
    }
  }
  for (const [index, one] of claims.entries()) {
    const other = claims.slice(index + 1).find(({ image }) => isDifferent(one.image, image));
    if (other !== undefined) throw different(one, other);
  }
}

/** Whether the two cannot be the same image. An image's id tells most: one image may be known by several digests. */
export function isDifferent(a: ReportedImage, b: ReportedImage): boolean {
  if (a.imageId !== undefined && b.imageId !== undefined) return a.imageId !== b.imageId;
  if (a.digest !== undefined && b.digest !== undefined) return a.digest !== b.digest;
  const [first, second] = [nameOf(a), nameOf(b)];
  return first !== undefined && second !== undefined && first !== second;
}

/** Repository and tag; undefined where the report does not say both. */
function nameOf({ reference }: ReportedImage): string | undefined {
  const parsed = reference === undefined ? undefined : tryImageReference(reference);
  const tag = parsed && tagOf(parsed);
  return parsed === undefined || tag === undefined ? undefined : `${repositoryOf(parsed)}:${tag}`;
}

function different(a: Claim, b: Claim): TallymanError {
  const said = ({ path, image }: Claim): string =>
    `${path} is of ${[image.reference, image.digest ?? image.imageId].filter(Boolean).join(', ')}`;
  return new TallymanError(
    'CLI_IMAGES',
    `${said(a)}; ${said(b)}: one --image is for one image's reports; push them one by one. Nothing was sent`,
  );
}
