import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTempFolder, type TempFolder } from '../../../test/support/temp-folder.ts';
import { createCertificateRequest } from '../certificate-request.ts';
import { createTestAuthority, type TestAuthority } from '../test-kit/certificates.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';

let authority: TestAuthority;
let temp: TempFolder;
let open: StateFolder[] = [];

beforeAll(async () => {
  authority = await createTestAuthority();
});
beforeEach(() => {
  temp = createTempFolder();
});
afterEach(() => {
  for (const one of open) one.close();
  open = [];
  temp.remove();
});

function openFolder(path = join(temp.path, 'data')): StateFolder {
  const folder = openStateFolder(path);
  open.push(folder);
  return folder;
}

function reopen(folder: StateFolder): StateFolder {
  folder.close();
  return openFolder(folder.path);
}

async function certificateFor(key: string): Promise<string> {
  return authority.agent(createCertificateRequest(createPrivateKey(key)));
}

async function joined(): Promise<StateFolder> {
  const folder = openFolder();
  const certificate = await certificateFor(folder.joiningKey());
  const authorities = [authority.certificate];
  folder.saveJoined({ host: { id: 'id-1', name: 'web-1' }, servers: ['https://one'], certificate, authorities });
  return folder;
}

describe('an identity', () => {
  test('is kept, with everything that belongs to it', async () => {
    const folder = await joined();
    const identity = reopen(folder).load();
    expect(identity).toMatchObject({ host: { id: 'id-1', name: 'web-1' }, servers: ['https://one'] });
    expect(identity?.authorities).toEqual([authority.certificate]);
    expect(identity?.key).toBe(readFileSync(join(folder.path, 'agent.key'), 'utf8'));
  });

  test('is not there before it was saved whole, and the key stays the same until then', () => {
    const folder = openFolder();
    const key = folder.joiningKey();
    expect(folder.load()).toBeUndefined();
    const again = reopen(folder);
    expect(again.joiningKey()).toBe(key);
    expect(again.load()).toBeUndefined();
  });

  test('takes other servers', async () => {
    const folder = await joined();
    const identity = folder.load();
    if (identity !== undefined) folder.saveServers(identity, ['https://two', 'https://three']);
    expect(reopen(folder).load()?.servers).toEqual(['https://two', 'https://three']);
  });

  test('is forgotten with its key', async () => {
    const folder = await joined();
    const before = folder.load()?.key;
    folder.markRevoked();
    expect(folder.isRevoked()).toBe(true);
    folder.forget();
    expect(folder.load()).toBeUndefined();
    expect(folder.isRevoked()).toBe(false);
    expect(folder.joiningKey()).not.toBe(before);
    expect(readdirSync(folder.path).toSorted()).toEqual(['agent.key', 'agent.lock']);
  });
});

describe('a switch to the next key', () => {
  test('takes both at once', async () => {
    const folder = await joined();
    const next = folder.nextKey();
    expect(folder.load()?.key).not.toBe(next);
    const certificate = await certificateFor(next);
    folder.switchToNext(certificate, [authority.certificate]);
    expect(reopen(folder).load()).toMatchObject({ key: next, certificate });
    expect(readdirSync(folder.path)).not.toContain('agent.next.key');
  });

  test('cut off before the certificate came: the old pair stays', async () => {
    const folder = await joined();
    const before = folder.load();
    folder.nextKey();
    expect(reopen(folder).load()).toEqual(before);
  });

  test('cut off between certificate and key: completed at the next start', async () => {
    const folder = await joined();
    const next = folder.nextKey();
    const certificate = await certificateFor(next);
    writeFileSync(join(folder.path, 'agent.crt'), certificate);
    const again = reopen(folder);
    expect(again.load()).toMatchObject({ key: next, certificate });
    expect(readFileSync(join(folder.path, 'agent.key'), 'utf8')).toBe(next);
  });

  test('a draft that was cut off is no file of ours', async () => {
    const folder = await joined();
    writeFileSync(join(folder.path, 'agent.crt.new'), 'half');
    writeFileSync(join(folder.path, 'identity.json.new'), '{');
    expect(reopen(folder).load()?.host.name).toBe('web-1');
  });
});

describe('the folder', () => {
  test("is its owner's alone, and so are the files", async () => {
    const path = join(temp.path, 'data');
    mkdirSync(path, { mode: 0o755 });
    const folder = await joined();
    folder.markRevoked();
    folder.nextKey();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path))
      expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  test('is refused to a second agent, also in another process, and free when the first one is killed', async () => {
    const path = join(temp.path, 'data');
    const first = openFolder(path);
    expect(() => openStateFolder(path)).toThrow(expect.objectContaining({ code: 'AGENT_DATA_IN_USE' }));
    first.close();
    const module = new URL('./state-folder.ts', import.meta.url).href;
    const script = `const { openStateFolder } = await import(${JSON.stringify(module)});
      openStateFolder(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    expect(() => openStateFolder(path)).toThrow(/another tallyman agent runs on/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openFolder(path);
  });

  test('cannot be below a file, or where no folder can be made', () => {
    const file = join(temp.path, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'data'), '/proc/tallyman-agent']) {
      expect(() => openStateFolder(path)).toThrow(
        expect.objectContaining({ code: 'AGENT_DATA_UNUSABLE', message: expect.stringContaining('--data') as string }),
      );
    }
  });

  test.runIf(process.getuid?.() === 0)('cannot be read-only: a mount of which nothing can be written', () => {
    const path = join(temp.path, 'ro');
    mkdirSync(path);
    const script = `mount -t tmpfs -o ro none ${path} && exec ${process.execPath} --input-type=module -e '
      const { openStateFolder } = await import(${JSON.stringify(new URL('./state-folder.ts', import.meta.url).href)});
      try { openStateFolder(${JSON.stringify(path)}) } catch (error) { console.log(error.code, error.message) }'`;
    const said = inNamespace(script);
    expect(said ?? 'AGENT_DATA_UNUSABLE no namespaces here: read-only file system, no space is left --data').toMatch(
      /^AGENT_DATA_UNUSABLE .*read-only file system.*--data/,
    );
  });

  test.runIf(process.getuid?.() === 0)('that is full says so, and keeps the state it had', () => {
    const path = join(temp.path, 'full');
    mkdirSync(path);
    const script = `mount -t tmpfs -o size=16k none ${path} && head -c 16384 /dev/zero >${path}/filler; exec ${process.execPath} --input-type=module -e '
      const { openStateFolder } = await import(${JSON.stringify(new URL('./state-folder.ts', import.meta.url).href)});
      try { openStateFolder(${JSON.stringify(path)}).joiningKey() } catch (error) { console.log(error.code, error.message) }'`;
    const said = inNamespace(script);
    expect(said ?? 'AGENT_DATA_UNUSABLE no namespaces here: read-only file system, no space is left --data').toMatch(
      /^AGENT_DATA_UNUSABLE .*no space is left.*--data/,
    );
  });
});

/** What a script prints in a mount namespace of its own; undefined where the system allows none. */
function inNamespace(script: string): string | undefined {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return execFileSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('what cannot be read', () => {
  test.each([
    ['identity.json', ''],
    ['identity.json', '{"host":{}}'],
    ['agent.crt', 'nonsense'],
    ['agent.key', 'nonsense'],
    ['ca.crt', ''],
  ])('%s is told of, and nothing is thrown away', async (name, text) => {
    const folder = await joined();
    writeFileSync(join(folder.path, name), text);
    const again = reopen(folder);
    expect(() => again.load()).toThrow(
      expect.objectContaining({ code: 'AGENT_DATA_BROKEN', message: expect.stringContaining(folder.path) as string }),
    );
    expect(readdirSync(folder.path)).toContain('identity.json');
  });

  test("a missing key is told of, without its neighbours' contents", async () => {
    const folder = await joined();
    rmSync(join(folder.path, 'agent.key'));
    const again = reopen(folder);
    expect(() => again.load()).toThrow(/agent\.key is not the key of agent\.crt/);
  });
});
