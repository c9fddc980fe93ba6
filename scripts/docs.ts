import { writeFileSync } from 'node:fs';
import { generatedDocs } from './generated-docs.ts';

/** Writes the docs that are derived from the code. */
for (const { path, text } of generatedDocs()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(path);
}
