import { defineMetric } from '../../metrics/metric.ts';

const rest = { type: 'gauge', source: "the image's last report" } as const;

export const imageInfo = defineMetric({
  ...rest,
  name: 'tallyman_image_info',
  labels: ['org', 'digest', 'repository', 'tags', 'base', 'scanner'],
  when: 'every image, once for each of its repositories',
  help: "Always 1; to join an image's digest with the names it goes by.",
  source: 'what is known of the image',
});
export const imageVulnerabilities = defineMetric({
  ...rest,
  name: 'tallyman_image_vulnerabilities',
  labels: ['org', 'digest', 'severity', 'fixable', 'running'],
  when: 'every image with figures: each severity, with a fix and without',
  help: 'Vulnerabilities of an image, each counted once for every package that has it.',
});
export const imageKnownExploited = defineMetric({
  ...rest,
  name: 'tallyman_image_known_exploited_vulnerabilities',
  labels: ['org', 'digest', 'running'],
  when: 'every image with figures, where the catalogue is loaded',
  help: 'Vulnerabilities of an image that CISA lists as exploited.',
  source: "the image's last report and CISA's catalogue",
});
export const imageScanTime = defineMetric({
  ...rest,
  name: 'tallyman_image_scan_timestamp_seconds',
  labels: ['org', 'digest', 'running'],
  when: 'every image with a report that says it',
  help: 'Unix time of the last scan of an image.',
});
export const imageDatabaseTime = defineMetric({
  ...rest,
  name: 'tallyman_image_scanner_database_timestamp_seconds',
  labels: ['org', 'digest', 'running'],
  when: 'every image with a report that says it',
  help: 'Unix time of the vulnerability database that the last scan of an image used.',
});
export const imagePolicyResult = defineMetric({
  ...rest,
  name: 'tallyman_image_policy_result',
  labels: ['org', 'digest', 'id', 'result', 'running'],
  when: 'every image and enabled policy',
  help: 'Always 1; the result of a policy for an image: compliant, violated or no-data.',
  source: 'the results of the policies',
});
export const imageHealthGrade = defineMetric({
  ...rest,
  name: 'tallyman_image_health_grade',
  labels: ['org', 'digest', 'grade', 'running'],
  when: 'every image with figures',
  help: 'Always 1; the health of an image, from A to F.',
  source: "the results of the policies and the image's figures",
});
export const imageVulnerability = defineMetric({
  ...rest,
  name: 'tallyman_image_vulnerability_info',
  labels: ['org', 'digest', 'vulnerability', 'package', 'version', 'severity', 'fixable', 'running'],
  when: 'when asked for: the most severe of the images that run, then of the others, up to a number',
  help: 'Always 1; one vulnerability in one package of an image.',
});
export const imagesOmitted = defineMetric({
  ...rest,
  name: 'tallyman_image_omitted_images',
  labels: ['org'],
  when: 'always',
  help: 'Images that have no series here because there are more than the configured number.',
  source: 'the bounds of these families',
});
export const vulnerabilitiesOmitted = defineMetric({
  ...rest,
  name: 'tallyman_image_omitted_vulnerabilities',
  labels: ['org'],
  when: 'when single vulnerabilities are asked for',
  help: 'Vulnerabilities that have no series of their own because there are more than the configured number.',
  source: 'the bounds of these families',
});

export const imageMetrics = [
  imageInfo,
  imageVulnerabilities,
  imageKnownExploited,
  imageScanTime,
  imageDatabaseTime,
  imagePolicyResult,
  imageHealthGrade,
  imageVulnerability,
  imagesOmitted,
  vulnerabilitiesOmitted,
] as const;
