import { z } from 'zod';
import { pushedReportSchema } from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Ingest } from '../images/ingest.ts';
import { requireOrg } from '../orgs.ts';
import type { ReportReading } from '../reading.ts';
import { told } from '../told.ts';
import { toPolicyResult } from './replies.ts';
import { openUpload } from './upload.ts';

export interface ReportRouteOptions {
  store: Store;
  ingest: Ingest;
  reading: ReportReading;
  maxBytes: number;
}

const query = z.strictObject({
  image: z.string().min(1).max(1024).optional().meta({ description: 'The image, by name and tag or digest' }),
  file: z.string().max(1024).optional().meta({ description: "The file's name, for the audit log" }),
});

export function createReportRoutes({ store, ingest, reading, maxBytes }: ReportRouteOptions): ApiRoute[] {
  return [
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/orgs/:org/reports',
      permission: 'images.write',
      isFleetWide: true,
      tag: 'supply chain',
      summary:
        "Push a scanner's report, of whatever format: it takes the place of the image's last one, or nothing does",
      params: z.object({ org: nameSchema }),
      query,
      reply: pushedReportSchema,
      status: 201,
      audit: 'report.push',
      bodyBytes: maxBytes,
      async handle({ params: { org }, query: { image, file }, request, mutate }) {
        const bytes = bodyLength(request);
        if (bytes !== undefined && bytes > maxBytes)
          throw new ApiProblem(413, 'BODY_TOO_LARGE', `a report may have ${String(maxBytes)} bytes here`);
        const upload = openUpload(request.body);
        try {
          await requireOrg(store, org);
          return await told(async () => {
            const report = await reading.read(upload.chunks, { bytes, signal: request.signal });
            const { row, results, kind } = await ingest.add({ org, report, image, file, write: mutate });
            return {
              digest: row.digest,
              repository: row.repository,
              format: report.format,
              kind,
              ...(row.counts === undefined ? {} : { vulnerabilities: row.counts }),
              policies: results.map(toPolicyResult),
            };
          });
        } finally {
          // Whoever is still sending would not see why it is refused.
          await upload.drain(maxBytes).catch(() => undefined);
        }
      },
    }),
  ];
}

/** undefined: nobody says. */
function bodyLength({ headers }: Request): number | undefined {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
}
