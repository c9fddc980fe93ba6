import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect, it } from 'vitest';
import { createCertificates, type Certificates } from '../../support/certificates.ts';
import { startTallyman, type TallymanProcess } from '../../support/tallyman-process.ts';
import { createTempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { answers, ask, basic } from '../ask.ts';
import { startRecordedEngine } from '../engines.ts';
import { provesByFile } from './proof.ts';

const openPaths = ['/health', '/-/healthy', '/ready', '/-/ready'];
/** Nothing is at the last one. */
const guardedPaths = ['/', '/metrics', '/version', '/nothing'];

export function proveServer(): void {
  provesByFile('server.health_path', 'server.ready_path');
  it('health and readiness move', async () => {
    await using engine = await startRecordedEngine();
    const config = 'server:\n  health_path: /alive\n  ready_path: /up/now\n';
    await using tallyman = await startTallyman({ config, env: { DOCKER_HOST: engine.dockerHost } });
    const statuses = await statusesOf(tallyman, ['/alive', '/-/healthy', '/up/now', '/-/ready', '/health', '/ready']);
    expect(statuses).toEqual([200, 200, 200, 200, 404, 404]);
    const page = await ask(`${tallyman.url}/`);
    expect(page.text).toContain('href="/alive"');
    expect(page.text).toContain('href="/up/now"');
  });

  provesByFile('server.tls.enabled', 'server.tls.cert_file', 'server.tls.key_file');
  provesByFile('server.auth.enabled', 'server.auth.username', 'server.auth.password');
  it('everything is behind TLS and the password', () =>
    withCertificates(async ({ server, caText }) => {
      await using engine = await startRecordedEngine();
      const config = `
server:
  tls: { enabled: true, cert_file: ${server.cert}, key_file: ${server.key} }
  auth: { enabled: true, username: ada, password: 'pass: word' }
`;
      const env = { DOCKER_HOST: engine.dockerHost };
      await using tallyman = await startTallyman({ config, env, client: { ca: caText } });
      const paths = [...openPaths, ...guardedPaths];
      const right = basic('ada', 'pass: word');
      expect(await statusesOf(tallyman, paths, { ca: caText })).toEqual(paths.map(() => 401));
      expect(await statusesOf(tallyman, paths, { ca: caText, headers: right })).toEqual([
        ...Array.from({ length: 7 }, () => 200),
        404,
      ]);
      const wrong = [basic('ada', 'password'), basic('bob', 'pass: word'), basic('', ''), { authorization: 'Basic' }];
      for (const headers of wrong) {
        expect((await ask(`${tallyman.url}/metrics`, { ca: caText, headers })).status).toBe(401);
      }
      const { certificate, headers } = await ask(`${tallyman.url}/`, { ca: caText });
      expect(certificate).toBe('localhost');
      expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
      expect(await answers(`http://127.0.0.1:${String(tallyman.port)}/health`)).toBe(false);
      expect(JSON.stringify(tallyman.logs())).not.toContain('pass: word');
    }));

  provesByFile('server.auth.exempt_health');
  it('health and readiness are open to all, the rest is not', async () => {
    await using engine = await startRecordedEngine();
    const config = 'server:\n  auth: { enabled: true, username: ada, password: secret, exempt_health: true }\n';
    await using tallyman = await startTallyman({ config, env: { DOCKER_HOST: engine.dockerHost } });
    expect(await statusesOf(tallyman, openPaths)).toEqual(openPaths.map(() => 200));
    expect(await statusesOf(tallyman, guardedPaths)).toEqual(guardedPaths.map(() => 401));
  });

  provesByFile('server.web_config_file');
  it('TLS, users and headers, and a changed file counts without a restart', () =>
    withCertificates(async ({ server, stranger, caText }, folder) => {
      await using engine = await startRecordedEngine();
      const file = join(folder, 'web.yml');
      replaceFile(file, webConfig({ user: 'ada', password: 'first', frame: 'deny' }));
      copyFileSync(server.cert, join(folder, 'web.pem'));
      copyFileSync(server.key, join(folder, 'web-key.pem'));
      const config = `server:\n  web_config_file: ${file}\n  auth: { exempt_health: true }\n`;
      const env = { DOCKER_HOST: engine.dockerHost };
      await using tallyman = await startTallyman({ config, env, client: { ca: caText } });
      const url = `${tallyman.url}/metrics`;

      const first = await ask(url, { ca: caText, headers: basic('ada', 'first') });
      expect([first.status, first.headers['x-frame-options'], first.certificate]).toEqual([200, 'deny', 'localhost']);
      expect((await ask(url, { ca: caText, headers: basic('ada', 'second') })).status).toBe(401);
      expect((await ask(`${tallyman.url}/health`, { ca: caText })).headers['x-frame-options']).toBe('deny');

      replaceFile(file, webConfig({ user: 'bob', password: 'second', frame: 'sameorigin' }));
      replaceFile(join(folder, 'web.pem'), readFileSync(stranger.cert, 'utf8'));
      replaceFile(join(folder, 'web-key.pem'), readFileSync(stranger.key, 'utf8'));
      const second = await waitFor('the changed file to count', async () => {
        const answer = await askAnyServer(url, basic('bob', 'second'));
        return answer.status === 200 && answer;
      });
      expect(second.headers['x-frame-options']).toBe('sameorigin');
      expect((await askAnyServer(url, basic('ada', 'first'))).status).toBe(401);
      expect((await askAnyServer(url, {})).certificate).toBe('Stranger');
    }));
}

async function statusesOf(
  { url }: TallymanProcess,
  paths: readonly string[],
  question: Parameters<typeof ask>[1] = {},
): Promise<number[]> {
  const all = await Promise.all(paths.map((path) => ask(url + path, question)));
  return all.map(({ status }) => status);
}

function askAnyServer(url: string, headers: Record<string, string>): ReturnType<typeof ask> {
  return ask(url, { headers, insecure: true });
}

/** As editors and secret mounts do it: never half a file. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** The certificate's files lie beside it. */
function webConfig({ user, password, frame }: { user: string; password: string; frame: string }): string {
  return `
tls_server_config: { cert_file: web.pem, key_file: web-key.pem }
basic_auth_users: { ${user}: '${hashSync(password, 4)}' }
http_server_config: { headers: { X-Frame-Options: ${frame} } }
`;
}

async function withCertificates(use: (certificates: Certificates, folder: string) => Promise<void>): Promise<void> {
  const folder = createTempFolder();
  try {
    await use(await createCertificates(folder.path), folder.path);
  } finally {
    folder.remove();
  }
}
