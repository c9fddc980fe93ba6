import type { ExpositionFormat } from './exposition.ts';

/**
 * Chooses the format by the Accept header's q-values (RFC 9110, 12.5.1): OpenMetrics only when it is named, in a
 * version that 1.0.0 satisfies, and not liked less than the text format; text in every other case.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  let openMetrics = 0;
  let text = 0;
  for (const entry of (accept ?? '').split(',')) {
    const [type = '', ...rest] = entry.split(';').map((part) => part.trim().toLowerCase());
    const parameters = new Map(rest.map(parameter));
    const quality = Number(parameters.get('q') ?? 1);
    const version = parameters.get('version')?.replaceAll('"', '');
    if (!(quality > 0)) continue;
    if (type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')) {
      openMetrics = Math.max(openMetrics, quality);
    } else if (type === 'text/plain' && (version === undefined || version === '0.0.4')) {
      text = Math.max(text, quality);
    }
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

function parameter(text: string): readonly [name: string, value: string] {
  const [name = '', value = ''] = text.split('=').map((side) => side.trim());
  return [name, value];
}
