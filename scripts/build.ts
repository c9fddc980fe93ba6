import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { rolldown, type Plugin } from 'rolldown';
import { writeSbom } from './sbom.ts';

/** Bundles the program into dist/tallyman.js: one file starts in a fraction of the time of many. */

const root = new URL('..', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

function commit(): string {
  // Where there is no git: in a container's build.
  const given = process.env['TALLYMAN_COMMIT'];
  if (given) return given.slice(0, 12);
  try {
    const hash = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return hash.toString().trim();
  } catch {
    return 'unknown';
  }
}

/** SOURCE_DATE_EPOCH makes two builds of one commit alike: https://reproducible-builds.org/specs/source-date-epoch/ */
const epoch = process.env['SOURCE_DATE_EPOCH'];
const buildDate = new Date(epoch === undefined ? Date.now() : Number(epoch) * 1000).toISOString();

/**
 * Takes Node's own modules at run time instead of importing them: an import of node:http reads all its exports, and the
 * getters of some of those load a whole HTTP client more.
 */
const builtins: Plugin = {
  name: 'builtins',
  resolveId: (id) => (id.startsWith('node:') && id !== 'node:module' ? `\0${id}` : undefined),
  load: (id) => (id.startsWith('\0node:') ? `module.exports = process.getBuiltinModule('${id.slice(1)}');` : undefined),
};

const bundle = await rolldown({
  plugins: [builtins],
  input: new URL('src/main.ts', root).pathname,
  platform: 'node',
  transform: { define: { TALLYMAN_BUILD: JSON.stringify({ version, commit: commit(), buildDate }) } },
});
// Put in place whole: a program that starts meanwhile finds the old build or the new one.
const target = new URL('dist/tallyman.js', root).pathname;
const draft = `${target}.${String(process.pid)}`;
const { output } = await bundle.write({
  file: draft,
  format: 'esm',
  codeSplitting: false,
  minify: true,
  comments: { legal: false },
});
await bundle.close();
renameSync(draft, target);
writeSbom(Object.keys(output[0].modules), buildDate);
