import type { BuildInfo } from '../base/build-info.ts';

/** A page for people who open the exporter's address: what it is, and links. */
export function landingPage(build: BuildInfo, links: readonly { path: string; text: string }[]): string {
  const items = links.map(
    ({ path, text }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a> ${escapeHtml(text)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tallyman</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark; }
  h1 { margin-bottom: 0; } li { margin: .3rem 0; } p.version { margin-top: 0; opacity: .7; }
</style>
<h1>Tallyman</h1>
<p class="version">version ${escapeHtml(build.version)}, commit ${escapeHtml(build.commit)}</p>
<p>Counts what the containers of a Docker Engine use, for Prometheus.</p>
<ul>
${items.join('\n')}
</ul>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
