/**
 * A value as both databases can hold it: whole numbers, and text without NUL and lone surrogates (PostgreSQL has
 * neither). Applied to every parameter of every statement.
 */
export function bindable(value: unknown): string | number | Uint8Array | null {
  if (value == null) return null;
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return Math.round(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be stored`);
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
