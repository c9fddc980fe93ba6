import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from './generated-docs.ts';

describe('generated docs', () => {
  it.each(generatedDocs())('$path is what the code says (make docs writes it anew)', ({ path, text }) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
  });
});
