import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { rolldown, type Plugin } from 'rolldown';
import { writeSbom } from './sbom.ts';

/**
 * Bundles the program into two files of dist, which start in a fraction of the time of many: tallyman.js, and beside it
 * tallyman-fleet.js with what servers, agents and their commands need beyond the exporter, read only when it is called for.
 */

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

/** Ours and others' modules that the exporter and the plugin do without. */
const fleet = new RegExp(
  [
    String.raw`/src/(?:server|store|agent|protocol|supply-chain)/`,
    String.raw`/src/commands/(?!(?:command|config|configured-log|configured-server|exporter|exporter-config-input|unloaded|version-line|healthcheck|health-request|plugin)\.ts$)`,
    String.raw`/node_modules/(?!(?:pino|zod|yaml|bcryptjs|[^/]*pino[^/]*|sonic-boom|quick-format-unescaped|safe-stable-stringify|@pinojs|thread-stream|real-require|atomic-sleep|on-exit-leak-free|process-warning)/)`,
  ].join('|'),
);

const bundle = await rolldown({
  plugins: [builtins],
  input: new URL('src/main.ts', root).pathname,
  platform: 'node',
  // What one command imports when it is needed, another one may always need.
  checks: { ineffectiveDynamicImport: false },
  // Nobody imports the program.
  preserveEntrySignatures: false,
  transform: { define: { TALLYMAN_BUILD: JSON.stringify({ version, commit: commit(), buildDate }) } },
});
const target = new URL('dist/', root).pathname;
const draft = `${target}draft-${String(process.pid)}/`;
const { output } = await bundle.write({
  dir: draft,
  format: 'esm',
  entryFileNames: 'tallyman.js',
  chunkFileNames: 'tallyman-[name].js',
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [
      { name: 'fleet', test: fleet, priority: 2 },
      { name: 'core', test: /./, priority: 1 },
    ],
  },
  minify: true,
  comments: { legal: false },
});
await bundle.close();
const program = output.find(({ fileName }) => fileName === 'tallyman.js');
if (program?.type !== 'chunk' || program.imports.includes('tallyman-fleet.js')) {
  rmSync(draft, { recursive: true });
  throw new Error('the exporter would read tallyman-fleet.js too: list what it imports in scripts/build.ts');
}
// Put in place whole: a program that starts meanwhile finds the old build or the new one.
for (const { fileName } of output.toReversed()) renameSync(draft + fileName, target + fileName);
rmSync(draft, { recursive: true });
const modules = output.flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
writeSbom(modules, buildDate);
