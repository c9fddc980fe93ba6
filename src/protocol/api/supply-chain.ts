import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { durationSchema } from './duration.ts';
import { pageOf, timeSchema } from './page.ts';

/**
 * The supply chain's part of the API, below /api/v1/orgs:
 *
 *   GET, POST /orgs                                 orgsSchema; newOrgSchema -> orgSchema
 *   POST      /orgs/:org/tokens                     newOrgTokenSchema -> createdOrgTokenSchema
 *   POST      /orgs/:org/reports?image=REF&file=N   the report itself, any content type -> pushedReportSchema
 *   GET       /orgs/:org/images                     imagesSchema
 *   GET       /orgs/:org/image?ref=REF              imageSchema (a reference has slashes: no path)
 *   DELETE    /orgs/:org/image?ref=REF
 *   GET       /orgs/:org/environments               environmentsSchema
 *   POST      /orgs/:org/environments/:name         {images: [REF]} -> environmentSchema
 *   DELETE    /orgs/:org/environments/:name?ref=REF
 *   POST      /orgs/:org/environments/:name/rules   ruleSchema (what runs there is in it by itself)
 *   DELETE    /orgs/:org/environments/:name/rules?kind=&value=
 *   GET       /orgs/:org/policies                   policiesSchema
 *   GET       /orgs/:org/policies/:id               policySchema
 *   PUT       /orgs/:org/policies/:id               changedPolicySchema -> policySchema
 *   DELETE    /orgs/:org/policies/:id               a policy of one's own
 *   POST      /orgs/:org/scans                      newScanSchema -> scanSchema
 */
export const orgSchema = z
  .object({ name: z.string(), owners: z.array(z.string()), createdAt: timeSchema })
  .meta({ id: 'Org' });
export const orgsSchema = pageOf(orgSchema);
export const newOrgSchema = z.strictObject({ name: nameSchema, owner: nameSchema }).meta({ id: 'NewOrg' });

const day = 86_400_000;

export const newOrgTokenSchema = z
  .strictObject({
    name: nameSchema,
    /** The first owner where nobody is named. */
    user: nameSchema.optional(),
    expires: durationSchema({ minMs: 1000, maxMs: 3650 * day, orNever: true }).optional(),
  })
  .meta({ id: 'NewOrgToken' });
export const createdOrgTokenSchema = z
  .object({
    name: z.string(),
    org: z.string(),
    user: z.string(),
    token: z.string(),
    expiresAt: timeSchema.optional(),
  })
  .meta({ id: 'CreatedOrgToken' });

export const severityCountsSchema = z
  .object({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int(), unspecified: z.int() })
  .meta({ id: 'SeverityCounts' });

const policyResultSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  result: z.enum(['compliant', 'violated', 'no-data']),
  /** Of a violation what is wrong and how to mend it; of no data what is missing. */
  reasons: z.array(z.string()),
});

export const imageSummarySchema = z
  .object({
    digest: z.string(),
    repository: z.string(),
    tags: z.array(z.string()),
    streams: z.array(z.string()),
    /** Left out: never scanned. */
    vulnerabilities: severityCountsSchema.optional(),
    grade: z.string().optional(),
    scannedAt: timeSchema.optional(),
  })
  .meta({ id: 'ImageSummary' });
export const imagesSchema = pageOf(imageSummarySchema);

export const imageSchema = imageSummarySchema
  .extend({
    policies: z.array(policyResultSchema),
    scanner: z.string().optional(),
    databaseAt: timeSchema.optional(),
    fixable: severityCountsSchema.optional(),
    /** What to upgrade, the most useful first. */
    upgrades: z.array(
      z.object({
        package: z.string(),
        version: z.string(),
        /** Left out where the versions that fix it cannot be put in order. */
        target: z.string().optional(),
        fixedVersions: z.array(z.string()),
        removes: severityCountsSchema,
      }),
    ),
    findings: z.array(
      z.object({
        id: z.string(),
        package: z.string(),
        version: z.string(),
        severity: z.enum(['critical', 'high', 'medium', 'low', 'unspecified']),
        fixedVersions: z.array(z.string()),
        url: z.string().optional(),
      }),
    ),
    /** How many there are, where `findings` does not list all. */
    findingsTotal: z.int(),
  })
  .meta({ id: 'Image' });
export type ImageReply = z.infer<typeof imageSchema>;

/** What became of one report. */
export const pushedReportSchema = z
  .object({
    digest: z.string(),
    repository: z.string(),
    format: z.string(),
    /** vulnerabilities, sbom, vex or provenance */
    kind: z.string(),
    vulnerabilities: severityCountsSchema.optional(),
    policies: z.array(policyResultSchema),
  })
  .meta({ id: 'PushedReport' });

export const ruleSchema = z
  .strictObject({ kind: z.enum(['host', 'stack', 'label']), value: z.string().min(1).max(512) })
  .meta({ id: 'EnvironmentRule' });
export const environmentSchema = z
  .object({
    name: z.string(),
    images: z.array(z.object({ digest: z.string(), repository: z.string(), recorded: z.boolean() })),
    rules: z.array(ruleSchema),
  })
  .meta({ id: 'Environment' });
export const environmentsSchema = pageOf(environmentSchema);
export const newEnvironmentImagesSchema = z
  .strictObject({ images: z.array(z.string().min(1).max(1024)).min(1).max(1000) })
  .meta({ id: 'NewEnvironmentImages' });

export const policySchema = z
  .object({
    id: z.string(),
    displayName: z.string(),
    enabled: z.boolean(),
    /** Of a policy of one's own: its expression over the image's facts. */
    expression: z.string().optional(),
    config: z.record(z.string(), z.unknown()),
    defaults: z.record(z.string(), z.unknown()),
    doc: z.string(),
  })
  .meta({ id: 'Policy' });
export const policiesSchema = pageOf(policySchema);
export const changedPolicySchema = z
  .strictObject({
    enabled: z.boolean().optional(),
    /** Takes the place of the whole configuration; what it leaves out is at its default. */
    config: z.record(z.string(), z.unknown()).optional(),
    displayName: z.string().min(1).max(128).optional(),
    expression: z.string().min(1).max(4096).optional(),
  })
  .meta({ id: 'ChangedPolicy' });

export const newScanSchema = z
  .strictObject({ images: z.array(z.string().min(1).max(1024)).max(1000).optional(), running: z.boolean().optional() })
  .meta({ id: 'NewScan' });
/** Scans happen one at a time, in the background of the server, or at once in the command. */
export const scanSchema = z.object({ scanner: z.string(), queued: z.array(z.string()) }).meta({ id: 'Scan' });
