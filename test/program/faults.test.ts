import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTempFolder } from '../support/temp-folder.ts';
import { runProgram, type ProgramOptions } from './program-run.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());

function textFile(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

interface Case extends ProgramOptions {
  name: string;
  /** Every line on standard error; FILE stands for the configuration file. */
  lines: readonly string[];
}

const missing = '/nowhere/file.pem';
const badWebFile = textFile(
  'web.yml',
  'basic_auth_users:\n  ada: hunter2\nhttp_server_config:\n  headers:\n    Server: me\n',
);

const cases: readonly Case[] = [
  {
    name: 'an unknown key',
    config: 'server:\n  prot: 9200\n',
    lines: ['server.prot (FILE:2) is not a known key: did you mean server.port?'],
  },
  {
    name: 'an unknown collector',
    config: 'collection:\n  collectors:\n    disk: true\n',
    lines: ['collection.collectors.disk (FILE:3) is not a collector: known are container, system, memory,'],
  },
  {
    name: 'a wrong type',
    config: 'server:\n  port: many\n',
    lines: ['server.port: many (FILE:2) is not a port: use a whole number from 0 to 65535'],
  },
  {
    name: 'an invalid regular expression',
    config: 'collection:\n  filters:\n    include:\n      names:\n        - ^web-\n        - "("\n',
    lines: [expectedPattern('collection.filters.include.names', 6)],
  },
  {
    name: 'half-configured TLS',
    config: 'server:\n  tls:\n    enabled: true\n',
    lines: [
      'server.tls.enabled: true (FILE:3) leaves TLS half-configured: set server.tls.cert_file and server.tls.key_file',
    ],
  },
  {
    name: 'half-configured authentication',
    config: 'server:\n  auth:\n    username: ada\n',
    lines: [
      'server.auth.username: ada (FILE:3) leaves authentication half-configured: set server.auth.enabled to true, or remove server.auth.username',
    ],
  },
  {
    name: 'a file that cannot be read',
    config: `docker:\n  host: tcp://127.0.0.1:1\n  tls:\n    enabled: true\n    ca_cert: ${missing}\n`,
    lines: [`docker.tls.ca_cert: ${missing} (FILE:5) cannot be read: no such file`],
  },
  {
    name: 'a metrics path that would have to be escaped',
    config: 'server:\n  metrics_path: /"><script>alert(1)</script>\n',
    lines: [
      'server.metrics_path: /"><script>alert(1)</script> (FILE:2) is not a path: start with / and use only letters, digits, / and - . _ ~',
    ],
  },
  {
    name: 'a configuration file that is not there',
    args: ['--config', missing],
    lines: [`configuration file: ${missing} (flag --config) cannot be read: no such file`],
  },
  {
    name: 'an environment variable',
    env: { COLLECTION_TIMEOUT: 'soon' },
    lines: [
      'collection.timeout: soon (environment COLLECTION_TIMEOUT) is not a duration: use seconds (0, 15, 0.5) or text such as 500ms, 30s, 1m30s, 1h',
    ],
  },
  {
    name: 'flags',
    args: ['--server.prot=1', '--logging.level', 'loud'],
    lines: [
      '--server.prot is not a flag: did you mean --server.port?',
      'logging.level: loud (flag --logging.level) is not one of the choices: use debug, info, warn or error',
    ],
  },
  {
    name: 'a web configuration file',
    args: ['--web.config.file', badWebFile],
    lines: [
      `${badWebFile}: line 5: http_server_config.headers.Server: this header cannot be set; these can: Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security`,
      `${badWebFile}: line 2: basic_auth_users.ada: not a bcrypt hash ($2a$, $2b$ or $2y$): make one with htpasswd -nB`,
    ],
  },
  {
    name: 'several faults at once',
    config: 'server:\n  prot: 1\n  auth:\n    enabled: true\n    password: hunter2\nmetrics:\n  global_labels: [a]\n',
    lines: [
      'server.prot (FILE:2) is not a known key: did you mean server.port?',
      'metrics.global_labels: a list (FILE:7) is not a map of labels: write "name: value" on lines of their own',
      'server.auth.enabled: true (FILE:4) leaves authentication half-configured: set server.auth.username',
    ],
  },
];

function expectedPattern(key: string, line: number): string {
  return `${key}: ( (FILE:${String(line)}) is not a regular expression`;
}

describe('a fault in the configuration: exit code 2, and a line on standard error', () => {
  it.each(cases)('$name', async ({ lines, ...options }) => {
    const [start, check] = await Promise.all([
      runProgram(options),
      runProgram({ ...options, args: ['config', 'check', ...(options.args ?? [])] }),
    ]);
    expect(start).toMatchObject({ code: 2, stdout: '' });
    expect(check).toMatchObject({ code: 2, stdout: '' });
    const told = (end: typeof start): string[] => end.stderr.replaceAll(end.configFile, 'FILE').trimEnd().split('\n');
    expect(told(start)).toEqual(lines.map((line) => expect.stringContaining(line)));
    expect(told(check)).toEqual(told(start));
    expect(start.stderr).not.toContain('hunter2');
  });
});

describe('the command line', () => {
  it('checks a good configuration without starting', async () => {
    const good = { config: 'server: { port: 9999 }', args: ['config', 'check'] };
    const end = await runProgram(good);
    expect(end).toMatchObject({ code: 0, stdout: `${end.configFile}: ok\n`, stderr: '' });
    expect(await runProgram({ args: ['config', 'check'] })).toMatchObject({ code: 0, stdout: 'configuration ok\n' });
  });

  it.each([
    { args: ['sing'], line: 'tallyman: no command "sing": use one of ' },
    { args: ['config'], line: "tallyman config: use 'tallyman config check', with the flags of the exporter" },
    { args: ['config', 'chekc'], line: "tallyman config: use 'tallyman config check'" },
    { args: ['exporter', 'now'], line: 'now is not expected: settings are given as --flag=value' },
  ])('refuses $args', async ({ args, line }) => {
    const { code, stdout, stderr } = await runProgram({ args });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(line);
  });

  it('tells every flag with --help, before it looks at anything else', async () => {
    const { code, stdout, stderr } = await runProgram({ args: ['--server.port=x', '--help', '--config', missing] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const flags = ['--config', '--version', '--help', '--server.port', '--server.address', '--docker.host'];
    for (const flag of [...flags, '--logging.level', '--logging.format', '--web.config.file']) {
      expect(stdout).toContain(flag);
    }
    expect((await runProgram({ args: ['exporter', '-h'] })).stdout).toBe(stdout);
  });

  it('tells the version, and the runtime it brings', async () => {
    const { code, stdout } = await runProgram({ args: ['--version'], env: { EXPORTER_PORT: 'x' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tallyman \d+\.\d+\.\d+ \(commit \S+, built \d{4}-[^,]+Z, node24\.\d+\.\d+\)\n$/);
  });

  it('reads the file that --config names rather than that of EXPORTER_CONFIG', async () => {
    const env = { EXPORTER_CONFIG: textFile('env.yaml', 'server: { port: -1 }') };
    const flag = textFile('flag.yaml', 'server: { port: -2 }');
    const byVariable = await runProgram({ args: ['config', 'check'], env });
    expect(byVariable).toMatchObject({ code: 2, stderr: expect.stringContaining('server.port: -1 (') as string });
    const byFlag = await runProgram({ args: ['config', 'check', `--config=${flag}`], env });
    expect(byFlag).toMatchObject({ code: 2, stderr: expect.stringContaining(`server.port: -2 (${flag}:1)`) as string });
    expect(byFlag.stderr).not.toContain('server.port: -1');
  });

  it.each(['json', 'text'])('says in one line that the port is taken, and exits with 1 (%s)', async (format) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const args = ['--server.port', port, '--server.address', '127.0.0.1', '--logging.format', format];
    const { code, stdout, stderr } = await runProgram({ args, env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    server.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`tallyman: port ${port} on 127.0.0.1 is in use: stop what holds it or set server.port\n`);
  });
});
