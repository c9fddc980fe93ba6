/**
 * Reads a time of the Engine API, RFC 3339 with up to nine decimals, as Unix seconds.
 * The engine writes the year 1 for "never": that, and anything unreadable, gives undefined.
 */
export function parseEngineTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null || text.startsWith('0001-')) return undefined;
  const [, whole = '', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(whole + zone);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 + Number(`0${fraction || '.0'}`);
}
