/**
 * The base score of a CVSS 2, 3.0 or 3.1 vector (first.org/cvss), undefined for anything else. Version 4 has no
 * formula, but a table of experts' votes: those who give such vectors give the score, or a word, as well.
 */
export function scoreOfVector(vector: string): number | undefined {
  const metrics = new Map(vector.split('/').map((metric) => metric.split(':', 2) as [string, string]));
  const version = metrics.get('CVSS');
  if (version === '3.0' || version === '3.1') return scoreOfVersion3(metrics, version);
  return version === undefined ? scoreOfVersion2(metrics) : undefined;
}

type Metrics = ReadonlyMap<string, string>;
type Weights = Readonly<Record<string, number>>;

const impact3: Weights = { H: 0.56, L: 0.22, N: 0 };

function scoreOfVersion3(metrics: Metrics, version: '3.0' | '3.1'): number | undefined {
  const isChanged = metrics.get('S') === 'C';
  const privileges: Weights = isChanged ? { N: 0.85, L: 0.68, H: 0.5 } : { N: 0.85, L: 0.62, H: 0.27 };
  const weights = weightsOf(metrics, {
    AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
    AC: { L: 0.77, H: 0.44 },
    PR: privileges,
    UI: { N: 0.85, R: 0.62 },
    S: { U: 0, C: 0 },
    C: impact3,
    I: impact3,
    A: impact3,
  });
  if (weights === undefined) return undefined;
  const { AV = 0, AC = 0, PR = 0, UI = 0, C = 0, I = 0, A = 0 } = weights;
  const base = 1 - (1 - C) * (1 - I) * (1 - A);
  const impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * AV * AC * PR * UI;
  const sum = (isChanged ? 1.08 : 1) * (impact + exploitability);
  const roundUp = version === '3.0' ? (score: number) => Math.ceil(score * 10) / 10 : roundUp31;
  return roundUp(Math.min(sum, 10));
}

/** Appendix A of 3.1: rounds up to one digit, free of the errors of floating point. */
function roundUp31(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

const impact2: Weights = { N: 0, P: 0.275, C: 0.66 };

function scoreOfVersion2(metrics: Metrics): number | undefined {
  const weights = weightsOf(metrics, {
    AV: { L: 0.395, A: 0.646, N: 1 },
    AC: { H: 0.35, M: 0.61, L: 0.71 },
    Au: { M: 0.45, S: 0.56, N: 0.704 },
    C: impact2,
    I: impact2,
    A: impact2,
  });
  if (weights === undefined) return undefined;
  const { AV = 0, AC = 0, Au = 0, C = 0, I = 0, A = 0 } = weights;
  const impact = 10.41 * (1 - (1 - C) * (1 - I) * (1 - A));
  const exploitability = 20 * AV * AC * Au;
  const factor = impact === 0 ? 0 : 1.176;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}

/** undefined where a metric is missing or has a value that is none of it. */
function weightsOf(metrics: Metrics, wanted: Readonly<Record<string, Weights>>): Record<string, number> | undefined {
  const weights: Record<string, number> = {};
  for (const [metric, values] of Object.entries(wanted)) {
    const value = metrics.get(metric) ?? '';
    if (!Object.hasOwn(values, value)) return undefined;
    weights[metric] = values[value] as number;
  }
  return weights;
}
