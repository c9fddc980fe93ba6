/** `prometheus` is the text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970, where the sample has one. */
  readonly timestamp?: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help?: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

/** What a scrape said. */
export interface Exposition {
  readonly families: ReadonlyMap<string, Family>;
  /** The samples of that name whose labels include all of these. */
  find: (name: string, labels?: Readonly<Record<string, string>>) => Sample[];
  /** The value of the only such sample; undefined when there is none. Throws when there are several. */
  value: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

export function createExposition(families: ReadonlyMap<string, Family>): Exposition {
  const byName = new Map<string, Sample[]>();
  for (const sample of [...families.values()].flatMap((family) => family.samples)) {
    const same = byName.get(sample.name);
    if (same === undefined) byName.set(sample.name, [sample]);
    else same.push(sample);
  }
  const find: Exposition['find'] = (name, labels = {}) =>
    (byName.get(name) ?? []).filter((sample) =>
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  return {
    families,
    find,
    value(name, labels) {
      const found = find(name, labels);
      if (found.length > 1)
        throw new Error(`${String(found.length)} samples of ${name} with ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
  };
}
