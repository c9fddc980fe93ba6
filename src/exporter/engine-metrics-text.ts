import type { ExpositionFormat, ExpositionOptions } from '../metrics/exposition.ts';
import { joinLabels, type LabelText } from '../metrics/labels.ts';

export interface EngineTextOptions extends ExpositionOptions {
  /** The names of the exporter's own metrics, without namespace: families of these names are left out. */
  taken: ReadonlySet<string>;
}

/** What belongs to the engine's process and not to the engine; the exporter has `process_*` of its own. */
const leftOut = /^(?:go|process|promhttp)_/;

/**
 * Rewrites the engine's metrics, in the text format 0.0.4, for the exporter's own exposition: without the families that
 * would collide, with the exporter's namespace and global labels (where the engine has a label of that name, its own
 * stays), in either format and without OpenMetrics' end. Lines that are no exposition are left out.
 */
export function toEngineText(text: string, options: EngineTextOptions): string {
  let family: EngineFamily = { ...noFamily };
  let out = '';
  for (const line of text.split('\n')) {
    const meta = /^# (HELP|TYPE) ([^ ]+) ?(.*)$/.exec(line);
    if (meta !== null) {
      const [, kind = '', name = '', rest = ''] = meta;
      if (name !== family.name) family = startFamily(name, options.taken);
      if (kind === 'HELP') family.help = rest;
      else family.type = rest.trim();
    } else {
      const sample = parseSample(line);
      if (sample === undefined) continue;
      if (!isOf(family, sample.name)) family = startFamily(sample.name, options.taken);
      if (!family.isServed) continue;
      if (!family.hasHeader) out += header(family, options);
      family.hasHeader = true;
      out += sampleLine(sample, options);
    }
  }
  return out;
}

/** Puts the engine's families at the end of the exporter's. */
export function joinExposition(own: string, engineText: string, format: ExpositionFormat): string {
  if (engineText === '') return own;
  return format === 'openmetrics' ? `${own.slice(0, -end.length)}${engineText}${end}` : own + engineText;
}

const end = '# EOF\n';

interface EngineFamily {
  name: string;
  type: string;
  help: string | undefined;
  isServed: boolean;
  hasHeader: boolean;
}

const noFamily: EngineFamily = { name: '', type: 'untyped', help: undefined, isServed: false, hasHeader: false };

function startFamily(name: string, taken: ReadonlySet<string>): EngineFamily {
  const isTaken = taken.has(name) || taken.has(`${name}_total`) || taken.has(name.replace(/_total$/, ''));
  return { ...noFamily, name, isServed: !leftOut.test(name) && !isTaken };
}

/** The suffixes of samples by the type of their family; their family's name is without. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

function isOf(family: EngineFamily, sampleName: string): boolean {
  return (suffixes[family.type] ?? ['']).some((suffix) => family.name + suffix === sampleName);
}

/** OpenMetrics names a counter's family without `_total`, and has no counters whose samples are named otherwise. */
function header({ name, type, help }: EngineFamily, { format, namespace }: EngineTextOptions): string {
  const isOpen = format === 'openmetrics';
  const isCounter = isOpen && type === 'counter' && name.endsWith('_total');
  const full = prefixed(isCounter ? name.slice(0, -'_total'.length) : name, namespace);
  const isUnknown = isOpen && ((type === 'counter' && !isCounter) || type === 'untyped');
  const helpText = isOpen ? help?.replaceAll('"', '\\"') : help;
  return `${helpText === undefined ? '' : `# HELP ${full} ${helpText}\n`}# TYPE ${full} ${isUnknown ? 'unknown' : type}\n`;
}

interface Sample {
  name: string;
  labels: LabelText;
  value: string;
  /** Milliseconds since 1970. */
  timestamp: string | undefined;
}

const sampleStart = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? +([^ ]+)(?: +(-?\d+))? *$/;

function parseSample(line: string): Sample | undefined {
  const [, name, labels = '', value = '', timestamp] = sampleStart.exec(line) ?? [];
  return name === undefined ? undefined : { name, labels: labels.replace(/, *$/, ''), value, timestamp };
}

function sampleLine({ name, labels, value, timestamp }: Sample, options: EngineTextOptions): string {
  const all = joinLabels(labels, withoutNames(options.globalLabels, labels));
  const ms =
    timestamp === undefined
      ? ''
      : ` ${options.format === 'openmetrics' ? String(Number(timestamp) / 1000) : timestamp}`;
  return `${prefixed(name, options.namespace)}${all === '' ? '' : `{${all}}`} ${value}${ms}\n`;
}

const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"/g;

/** The labels whose names are not among those of another set. */
function withoutNames(labels: LabelText, others: LabelText): LabelText {
  if (labels === '' || others === '') return labels;
  const names = new Set([...others.matchAll(labelPattern)].map(([, name]) => name));
  const kept = [...labels.matchAll(labelPattern)].filter(([, name]) => !names.has(name));
  return kept.map(([label]) => label).join(',');
}

function prefixed(name: string, namespace: string): string {
  return namespace === '' ? name : `${namespace}_${name}`;
}
