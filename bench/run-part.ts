import { hasRequirements } from '../test/support/requirements.ts';
import type { Figure } from './figure.ts';
import type { BenchContext, Part } from './part.ts';
import type { PartResult } from './table.ts';

/** Measures a part; what goes wrong is told in its result, with the figures there were until then. */
export async function runPart(part: Part, context: BenchContext): Promise<PartResult> {
  const { name, title } = part;
  const figures: Figure[] = [];
  try {
    if (!hasRequirements(...part.requirements))
      return { part: name, title, figures, skipped: 'skipped: standard error tells what is missing' };
    for await (const figure of part.measure(context)) figures.push(figure);
    return { part: name, title, figures };
  } catch (error) {
    return { part: name, title, figures, failed: error instanceof Error ? error.message : String(error) };
  }
}
