import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCertificateFolder } from '../../http/test-kit/certificates.ts';
import { tokenCommands } from '../token.ts';
import { auditCommands } from '../audit.ts';
import { groupRunner } from './test-kit/run-command.ts';
import { json, problem, serveAnswers } from './test-kit/stand-in-api.ts';
import { readFileSync } from 'node:fs';

const folder = createCertificateFolder();
beforeAll(() => {
  folder.ca('ca');
  folder.ca('other');
  folder.signed('server', 'ca', 'IP:127.0.0.1');
  folder.signed('elsewhere', 'ca', 'DNS:tallyman.example.com');
});
afterAll(() => folder.remove());

const list = groupRunner(tokenCommands);
const empty = (): Response => json(200, { items: [] });

async function told(server: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await list(['list', '--server', server, ...args], {
    env: { TALLYMAN_TOKEN: 'tmn_s' },
  });
  expect({ exitCode, stdout, lines: stderr.length }).toEqual({ exitCode: 1, stdout: [], lines: 1 });
  expect(stderr[0]).not.toContain('tmn_s');
  return String(stderr[0]);
}

function pair(name: string): { cert: string; key: string } {
  return {
    cert: readFileSync(folder.file(`${name}.crt`), 'utf8'),
    key: readFileSync(folder.file(`${name}.key`), 'utf8'),
  };
}

/** A server that does this with every connection. */
async function rawServer(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${String((server.address() as { port: number }).port)}`;
}

describe('a server that cannot be reached', () => {
  it('nobody listens', async () => {
    expect(await told('http://127.0.0.1:1')).toMatch(
      /http:\/\/127\.0\.0\.1:1 cannot be used: the connection was refused: does the server run.*\(CLI_UNREACHABLE\)$/,
    );
  });

  it('has a name that nobody knows', async () => {
    expect(await told('http://tallyman.invalid')).toMatch(/its name (?:is not known|cannot be resolved)/);
  });

  it('speaks TLS where http:// was said, and the other way about', async () => {
    const { port } = await serveAnswers(empty, pair('server'));
    expect(await told(`http://127.0.0.1:${String(port)}`)).toMatch(/http/);
    const plain = await serveAnswers(empty);
    expect(await told(`https://127.0.0.1:${String(plain.port)}`)).toContain('it does not speak TLS: use http://');
  });

  it('hangs up, or speaks something else', async () => {
    const address = await rawServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await told(`http://${address}`)).toContain('the connection was closed before the answer');
    const other = await rawServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    expect(await told(`http://${other}`)).toContain('it does not speak HTTP');
  });

  it('hangs up in the middle of an answer', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n';
    const address = await rawServer((socket) => socket.once('data', () => socket.end(`${head}{"number":1}\n`)));
    expect(await told(`http://${address}`)).toMatch(/cannot be used: .*\(CLI_UNREACHABLE\)$/);
    const env = { TALLYMAN_SERVER: `http://${address}`, TALLYMAN_TOKEN: 't' };
    const exported = await groupRunner(auditCommands)(['export'], { env });
    expect(exported).toMatchObject({ exitCode: 1, stdout: ['{"number":1}'] });
  });
});

describe('TLS', () => {
  it('trusts the authorities of --ca-file and no other', async () => {
    const { url } = await serveAnswers(empty, pair('server'));
    const env = { TALLYMAN_SERVER: url, TALLYMAN_TOKEN: 't' };
    expect(await list(['list', '--ca-file', folder.file('ca.crt')], { env })).toMatchObject({ exitCode: 0 });
    const byEnvironment = { ...env, TALLYMAN_CA_FILE: folder.file('ca.crt') };
    expect(await list(['list'], { env: byEnvironment })).toMatchObject({ exitCode: 0 });
    expect(await told(url)).toContain("name that authority's certificate with --ca-file");
    expect(await told(url, '--ca-file', folder.file('other.crt'))).toContain(
      'is not signed by an authority in --ca-file',
    );
  });

  it('a certificate for another name is refused', async () => {
    const { url } = await serveAnswers(empty, pair('elsewhere'));
    expect(await told(url, '--ca-file', folder.file('ca.crt'))).toContain('its certificate is for another name');
  });
});

describe('answers', () => {
  it.each([
    {
      answer: () => problem(401, 'TOKEN_INVALID', 'this token is not known'),
      line: 'tallyman: this token is not known; the token of environment TALLYMAN_TOKEN is revoked, has expired, or belongs to another server (TOKEN_INVALID)',
    },
    {
      answer: () => problem(403, 'FORBIDDEN', 'this needs the permission tokens.read'),
      line: expect.stringMatching(
        /^tallyman: this needs the permission tokens\.read; .*TALLYMAN_TOKEN .* \(FORBIDDEN\)$/,
      ) as string,
    },
    {
      answer: () => new Response('<html>', { status: 502 }),
      line: 'tallyman: what answers is no Tallyman server, or a proxy before it: HTTP 502 (CLI_ANSWER)',
    },
    {
      answer: () => new Response(null, { status: 301, headers: { location: 'https://b/\u0080' } }),
      line: expect.stringMatching(
        /HTTP 301 to https:\/\/b\/.*: name that address with --server \(CLI_ANSWER\)$/,
      ) as string,
    },
    {
      answer: () => new Response('<html>'),
      line: expect.stringMatching(
        /^tallyman: the answer to GET \/api\/v1\/tokens\?limit=500 is not what this version/,
      ) as string,
    },
    {
      answer: () => json(200, { items: [{ name: 1 }] }),
      line: expect.stringMatching(/\(items\.0\.name: .*\): use the server's version \(CLI_ANSWER\)$/) as string,
    },
    {
      answer: () => new Response(Buffer.alloc(33 * 1024 * 1024, ' ')),
      line: 'tallyman: the answer is larger than 32 MiB: ask for less (CLI_ANSWER)',
    },
    {
      answer: () => problem(409, 'X', 'a\u001b[2Jb'),
      line: 'tallyman: a\\u001b[2Jb (X)',
    },
  ])('$line', async ({ answer, line }) => {
    const { url } = await serveAnswers(answer);
    expect(await told(url)).toEqual(line);
  });

  it('a path before the API is kept', async () => {
    const { url, asked } = await serveAnswers(empty);
    await list(['list'], { env: { TALLYMAN_SERVER: `${url}/tally/`, TALLYMAN_TOKEN: 't' } });
    expect(asked.map(({ path }) => path)).toEqual(['/tally/api/v1/tokens?limit=500']);
  });
});
