import { collectors } from '../src/collectors/index.ts';
import { labelText } from '../src/metrics/labels.ts';

interface Family {
  name: string;
  refs: number[];
  values: number[];
}

/** The families of every container metric that there is, for so many containers, as the protocol has them. */
export function containerFamilies(
  host: string,
  count: number,
): { labels: [number, string][]; inventory: object[]; next(): Family[] } {
  const names = Array.from({ length: count }, (_, index) => `${host}-${String(index)}`);
  const ofContainer = (name: string): [string, string][] => [
    ['compose_project', `project-${name.slice(-1)}`],
    ['compose_service', `service-${name}`],
    ['container_name', name],
    ['image', `registry.example.org/team/${name}:1.2.3`],
  ];
  const labels: [number, string][] = [];
  const numbered = (text: string): number => labels.push([labels.length, text]) - 1;
  const plain = names.map((name) => numbered(labelText(ofContainer(name))));
  const refsOf = new Map<string, number[]>();
  const refs = (extra: readonly string[]): number[] => {
    if (extra.length === 0) return plain;
    const known = refsOf.get(extra.join());
    if (known !== undefined) return known;
    const made = names.map((name) =>
      numbered(labelText([...ofContainer(name), ...extra.map((label): [string, string] => [label, 'eth0'])])),
    );
    refsOf.set(extra.join(), made);
    return made;
  };
  const metrics = collectors.flatMap((collector) => collector.metrics).filter(({ perContainer }) => perContainer);
  const families = metrics.map(({ name, labels: extra }) => ({ name, refs: refs(extra) }));
  let round = 0;
  return {
    labels,
    inventory: names.map((name) => ({
      id: name.padEnd(64, '0'),
      name,
      image: `registry.example.org/team/${name}:1.2.3`,
      state: 'running',
      project: `project-${name.slice(-1)}`,
      service: `service-${name}`,
    })),
    next() {
      round += 1;
      // Numbers that change as real ones do: they do not compress away.
      return families.map((family, index) => ({
        ...family,
        values: family.refs.map((ref) => round * 1_048_573 + ref * 7919 + index * 104_729),
      }));
    },
  };
}
