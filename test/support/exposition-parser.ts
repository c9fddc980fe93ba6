import { createExposition, type Exposition, type ExpositionFormat, type Family, type Sample } from './exposition.ts';
import { parseDescriptor, parseSample, type Descriptor } from './exposition-lines.ts';

/** The sample names a family of a type may have, as suffixes of the family's name. */
const suffixes: Record<ExpositionFormat, Readonly<Record<string, readonly string[]>>> = {
  prometheus: {
    counter: [''],
    gauge: [''],
    untyped: [''],
    histogram: ['_bucket', '_sum', '_count'],
    summary: ['', '_sum', '_count'],
  },
  openmetrics: {
    counter: ['_total', '_created'],
    gauge: [''],
    unknown: [''],
    info: ['_info'],
    stateset: [''],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    gaugehistogram: ['_bucket', '_gsum', '_gcount'],
    summary: ['', '_sum', '_count', '_created'],
  },
};

interface OpenFamily extends Omit<Family, 'type'> {
  type?: string;
  help?: string;
  unit?: string;
  samples: Sample[];
}

/**
 * Parses an exposition by the letter of its specification, and stricter where that leaves a choice: every family has a TYPE.
 * Throws, with the line's number, on whatever a parser may refuse.
 */
export function parseExposition(text: string, format: ExpositionFormat): Exposition {
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let current: OpenFamily | undefined;

  /** The family that a line belongs to: the current one, or a new one; never one that was left before. */
  const enter = (name: string): OpenFamily => {
    if (current?.name === name) return current;
    if (families.has(name)) throw new Error(`the lines of ${name} are not together`);
    current = { name, samples: [] };
    families.set(name, current);
    return current;
  };

  const lines = toLines(text, format);
  lines.forEach((line, index) => {
    try {
      if (line === '') {
        if (format === 'openmetrics') throw new Error('an empty line');
      } else if (line.startsWith('#')) {
        const descriptor = parseDescriptor(line, format);
        if (descriptor !== undefined) describe(enter(descriptor.name), descriptor, format);
      } else {
        const sample = parseSample(line, format);
        const key = seriesKey(sample);
        if (series.has(key)) throw new Error(`a series twice: ${line}`);
        series.add(key);
        addSample(current, sample, format);
      }
    } catch (error) {
      throw new Error(`line ${String(index + 1)}: ${(error as Error).message}`, { cause: error });
    }
  });
  return createExposition(new Map([...families].map(([name, family]) => [name, closeFamily(family, format)])));
}

/** The same for samples of the same series, in whatever order their labels come. */
function seriesKey({ name, labels }: Sample): string {
  return JSON.stringify([name, ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The lines without the end mark, which has to be there. */
function toLines(text: string, format: ExpositionFormat): string[] {
  // Inside a label value it is a character like any other, to both formats and to Prometheus.
  if (/\r(?:\n|$)/.test(text)) throw new Error('a carriage return');
  if (format === 'prometheus') {
    if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
    return text.split('\n').slice(0, -1);
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.pop() !== '# EOF') throw new Error('the last line is not # EOF');
  return lines;
}

function describe(family: OpenFamily, { kind, text }: Descriptor, format: ExpositionFormat): void {
  if (family.samples.length > 0) throw new Error(`${kind} of ${family.name} behind its samples`);
  const field = ({ HELP: 'help', TYPE: 'type', UNIT: 'unit' } as const)[kind];
  if (family[field] !== undefined) throw new Error(`${kind} of ${family.name} twice`);
  if (kind === 'TYPE' && !Object.hasOwn(suffixes[format], text)) throw new Error(`unknown type: ${text}`);
  family[field] = text;
}

function addSample(family: OpenFamily | undefined, sample: Sample, format: ExpositionFormat): void {
  if (family === undefined || !sample.name.startsWith(family.name)) throw new Error(`no TYPE before ${sample.name}`);
  const { type } = family;
  if (type === undefined) throw new Error(`no TYPE of ${family.name}`);
  const suffix = sample.name.slice(family.name.length);
  if (suffixes[format][type]?.includes(suffix) !== true)
    throw new Error(`no sample of the ${type} ${family.name}: ${sample.name}`);
  if (type === 'counter' && !(sample.value >= 0)) throw new Error(`a counter below zero: ${sample.name}`);
  if (type === 'info' && sample.value !== 1) throw new Error(`an info that is not 1: ${sample.name}`);
  family.samples.push(sample);
}

function closeFamily(family: OpenFamily, format: ExpositionFormat): Family {
  const { name, type, unit } = family;
  if (type === undefined) throw new Error(`no TYPE of ${name}`);
  if (unit !== undefined && unit !== '' && !name.endsWith(`_${unit}`))
    throw new Error(`${name} does not end with its unit ${unit}`);
  if (format === 'openmetrics' && type === 'counter' && name.endsWith('_total')) {
    throw new Error(`a counter family is named without _total: ${name}`);
  }
  return { ...family, type };
}
