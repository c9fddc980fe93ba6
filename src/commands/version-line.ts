import { buildInfo } from '../base/build-info.ts';

export function versionLine(): string {
  const { version, commit, buildDate } = buildInfo;
  return `tallyman ${version} (commit ${commit}, built ${buildDate}, node${process.versions.node})`;
}
