import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The recorded engines, see test/fixtures/engines/README.md. */
export const recordedSets = [
  'docker-20.10-cgroup1',
  'docker-20.10-cgroup2',
  'docker-28.5-cgroup1',
  'docker-28.5-cgroup2',
] as const;
export type RecordedSet = (typeof recordedSets)[number];

/** An entry of the recorded container list; it has more keys than these. */
export interface RecordedEntry {
  Id: string;
  Names: string[];
  Image: string;
  Labels: Record<string, string>;
  State: string;
  Status: string;
}

/** What one engine answered. Bodies are texts, so that integers too large for a double stay as they were. */
export interface RecordedAnswers {
  /** The headers that every answer of the engine has. */
  headers: Record<string, string>;
  apiVersion: string;
  minApiVersion: string;
  list: RecordedEntry[];
  /** By the full id. */
  stats: Map<string, string>;
  inspects: Map<string, string>;
  version: string;
  images: string;
  volumes: string;
  networks: string;
}

const folder = join(import.meta.dirname, '../fixtures/engines');

/** Loads a recorded engine; each call gives an own copy, free to be changed. */
export function loadRecordedAnswers(set: RecordedSet): RecordedAnswers {
  const read = (name: string): string => readFileSync(join(folder, set, name), 'utf8').trimEnd();
  const list = JSON.parse(read('containers.json')) as RecordedEntry[];
  const version = JSON.parse(read('version.json')) as { ApiVersion: string; MinAPIVersion: string };
  const bodies = (kind: 'stats' | 'inspect'): Map<string, string> =>
    new Map(list.map(({ Id, Names }) => [Id, read(`${(Names[0] ?? '').slice(1)}.${kind}.json`)]));
  return {
    headers: engineHeaders(read('ping.txt')),
    apiVersion: version.ApiVersion,
    minApiVersion: version.MinAPIVersion,
    list,
    stats: bodies('stats'),
    inspects: bodies('inspect'),
    version: read('version.json'),
    images: read('images.json'),
    volumes: read('volumes.json'),
    networks: read('networks.json'),
  };
}

/** The id of a recorded container, by its name. */
export function idOf({ list }: RecordedAnswers, name: string): string {
  const entry = list.find(({ Names }) => Names.includes(`/${name}`));
  if (entry === undefined) throw new Error(`no recorded container ${name}`);
  return entry.Id;
}

function engineHeaders(ping: string): Record<string, string> {
  const common = ['Api-Version', 'Docker-Experimental', 'Ostype', 'Server'];
  const pairs = ping.split('\n').map((line) => line.split(': ', 2) as [string, string]);
  return Object.fromEntries(pairs.filter(([name]) => common.includes(name)));
}
