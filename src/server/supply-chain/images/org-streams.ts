import type { AutomaticRule, RunningImage } from '../../../supply-chain/streams/automatic-rules.ts';
import type { IndexedTag } from '../../../supply-chain/streams/latest-indexed.ts';
import { streamsOf, type Stream } from '../../../supply-chain/streams/streams.ts';
import type { AutomaticEnvironmentRow, ImageRow, TagRow } from '../../../store/supply-chain.ts';
import type { Tables } from '../../../store/store.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { resolveRunning, runningContainers } from './running-images.ts';

/** An organisation's images by streams, at one moment. */
export interface OrgStreams {
  streams: readonly Stream[];
  /** Without their facts. */
  images: ReadonlyMap<string, ImageRow>;
  tags: readonly TagRow[];
}

type StreamTables = Pick<Tables, 'images' | 'tags' | 'environments' | 'automaticEnvironments'>;

export async function readStreams(tables: StreamTables, fleet: Fleet, org: string): Promise<OrgStreams> {
  const rows = await tables.images.all(org);
  const tags = await tables.tags.all(org);
  const recorded = await tables.environments.all(org);
  const rules = await tables.automaticEnvironments.all(org);
  const running: readonly RunningImage[] =
    rules.length === 0 ? [] : await resolveRunning(tables, org, await runningContainers(fleet), { images: rows, tags });
  const images = new Map(rows.map((row) => [row.digest, row]));
  const streams = streamsOf(
    {
      tags: [...tags, ...untagged(rows, tags)],
      recorded: recorded.map(({ name, digest }) => ({ environment: name, digest })),
      rules: rules.map(toRule),
      running,
    },
    new Set(images.keys()),
  );
  return { streams, images, tags };
}

/** As streams/automatic-rules.ts wants it; a label's value may have `=` in it. */
export function toRule({ name: environment, kind, value }: AutomaticEnvironmentRow): AutomaticRule {
  if (kind === 'host') return { environment, kind, host: value };
  if (kind === 'stack') return { environment, kind, stack: value };
  const split = value.indexOf('=');
  return { environment, kind, name: value.slice(0, split), value: value.slice(split + 1) };
}

/** A repository that was only ever named with digests has an image that was indexed last too. */
function untagged(rows: readonly ImageRow[], tags: readonly TagRow[]): readonly IndexedTag[] {
  const tagged = new Set(tags.map(({ repository }) => repository));
  return rows
    .filter(({ repository }) => !tagged.has(repository))
    .map(({ repository, digest, indexedAt }) => ({ repository, tag: '', digest, indexedAt }));
}
