import { z } from 'zod';
import { errorText, TallymanError } from '../../../base/errors.ts';
import { newScanSchema, scanSchema } from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import { imageReferenceText, parseImageReference } from '../../../supply-chain/image-reference.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { runningContainers } from '../images/running-images.ts';
import { requireOrg } from '../orgs.ts';
import type { ScanQueue } from '../scans/scan-queue.ts';
import { referenceOf } from '../scans/scan-schedule.ts';
import type { Scanner, ScannerName } from '../scans/scanner.ts';
import { told } from '../told.ts';

export interface ScanRouteOptions {
  store: Store;
  fleet: Fleet;
  scanner: Scanner;
  queue: ScanQueue;
  /** false: a call ends when its scans have; for commands, which have no background. */
  inBackground: boolean;
}

export function createScanRoutes({ store, fleet, scanner, queue, inBackground }: ScanRouteOptions): ApiRoute[] {
  const imagesOf = async ({ images = [], running = false }: z.infer<typeof newScanSchema>): Promise<string[]> => {
    const named = images.map((ref) => imageReferenceText(parseImageReference(ref)));
    const found = running ? (await runningContainers(fleet)).flatMap((one) => referenceOf(one) ?? []) : [];
    return [...new Set([...named, ...found])];
  };

  return [
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/orgs/:org/scans',
      permission: 'images.write',
      isFleetWide: true,
      tag: 'supply chain',
      summary: 'Have images scanned where the server is, one at a time, or all that run on the fleet',
      params: z.object({ org: nameSchema }),
      body: newScanSchema,
      reply: scanSchema,
      audit: 'scan.ask',
      async handle({ params: { org }, body, mutate }) {
        await requireOrg(store, org);
        if (body.running !== true && (body.images ?? []).length === 0)
          throw new ApiProblem(400, 'SCAN_NOTHING', 'say what to scan: images, or running');
        const name = await find(scanner);
        const jobs = (await told(() => imagesOf(body))).map((image) => ({ org, image }));
        await mutate({ target: `org:${org}`, detail: { scanner: name, images: jobs.length } }, () => Promise.resolve());
        if (inBackground) return { scanner: name, queued: queue.add(name, jobs).map(({ image }) => image) };
        const failures: string[] = [];
        for (const job of jobs) await queue.scan(name, job).catch((error: unknown) => failures.push(errorText(error)));
        if (failures.length > 0) throw new ApiProblem(502, 'SCAN_FAILED', failures.join('; '));
        return { scanner: name, queued: jobs.map(({ image }) => image) };
      },
    }),
  ];
}

async function find(scanner: Scanner): Promise<ScannerName> {
  try {
    return await scanner.find();
  } catch (error) {
    if (!(error instanceof TallymanError)) throw error;
    throw new ApiProblem(409, error.code, error.message);
  }
}
