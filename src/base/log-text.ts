/**
 * Turns one JSON log line into a line for people: `2026-01-02T03:04:05.678Z INFO  message key=value ...`.
 * Values with spaces, quotes or control characters are quoted as JSON, so an entry is always one line.
 */
export function textLine(jsonLine: string): string {
  const { level, time, msg, ...fields } = JSON.parse(jsonLine) as Record<string, unknown> & { msg?: string };
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${fieldText(value)}`);
  return `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${oneLine(msg ?? '')}${rest.join('')}\n`;
}

function fieldText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(value);
}

function oneLine(text: string): string {
  return /\p{Cc}/u.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}
