import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateFolder } from '../../http/test-kit/certificates.ts';
import { loadWay } from './way.ts';

const folder = createCertificateFolder();
beforeAll(() => folder.ca('ca'));
afterAll(() => folder.remove());

function way(flags: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  return loadWay(new Map(Object.entries(flags).map(([name, text]) => [name, [text]])), env);
}

const apiEnv = { TALLYMAN_SERVER: 'http://a:8080', TALLYMAN_TOKEN: 'tmn_env' };
const stateEnv = { TALLYMAN_DATA: '/state', TALLYMAN_DATABASE: 'postgres://u:hunter2@db/t', TALLYMAN_SECRET: 's' };

describe('the way', () => {
  it('to the API, by flags or environment, each by itself', () => {
    const api = { kind: 'api', server: 'http://a:8080', caFile: undefined };
    expect(way({}, apiEnv)).toEqual({ ...api, token: 'tmn_env', tokenOrigin: 'environment TALLYMAN_TOKEN' });
    expect(way({ token: 'tmn_flag' }, apiEnv)).toEqual({ ...api, token: 'tmn_flag', tokenOrigin: 'flag --token' });
    expect(way({ server: 'https://b/tally/' }, apiEnv)).toMatchObject({ server: 'https://b/tally', token: 'tmn_env' });
  });

  it('to the state, in a folder, a database, or both', () => {
    const none = { kind: 'state', data: undefined, database: undefined, secret: undefined };
    expect(way({ data: 'd' })).toEqual({ ...none, data: 'd' });
    expect(way({ database: 'postgres://db/t' })).toEqual({ ...none, database: 'postgres://db/t' });
    expect(way({ data: 'd' }, stateEnv)).toEqual({
      ...{ kind: 'state', data: 'd' },
      ...{ database: stateEnv.TALLYMAN_DATABASE, secret: 's' },
    });
  });

  it('of flags goes before the other in the environment, which is not even read', () => {
    expect(way({ data: '/d' }, { TALLYMAN_SERVER: 'no url' })).toMatchObject({ kind: 'state', data: '/d' });
    expect(way({ server: 'http://b', token: 't' }, stateEnv)).toMatchObject({ kind: 'api', server: 'http://b' });
  });

  it('is open when nobody says it; a token or secret alone says nothing', () => {
    expect(way({})).toEqual({ kind: 'unsaid', secret: undefined });
    expect(way({}, { TALLYMAN_TOKEN: 'tmn_t', TALLYMAN_SECRET: 's' })).toEqual({ kind: 'unsaid', secret: 's' });
    expect(way({}, { TALLYMAN_TOKEN: 'tmn_t', TALLYMAN_DATA: '/d' })).toMatchObject({ kind: 'state' });
  });
});

describe('faults', () => {
  it.each([
    {
      flags: { server: 'http://b', token: 't', data: '/d' },
      fault: /^flag --server asks .* flag --data for its state/,
    },
    { flags: { token: 't', database: 'x' }, fault: /^flag --token asks .* flag --database for its state: keep one/ },
    {
      flags: {},
      env: { ...apiEnv, ...stateEnv },
      fault: /^environment TALLYMAN_SERVER asks .* environment TALLYMAN_DATA/,
    },
    { flags: { token: 't' }, fault: /^flag --token is for a server's API: name the server with --server/ },
    { flags: { token: 't' }, env: stateEnv, fault: /^flag --token is for a server's API/ },
    { flags: { server: 'http://b' }, fault: /wants to know who calls: give a token with TALLYMAN_TOKEN or --token/ },
    { flags: { server: 'b:8080', token: 't' }, fault: /b:8080 \(flag --server\) is not the address of a server/ },
    { flags: { server: 'ftp://b', token: 't' }, fault: /is not the address of a server/ },
    { flags: { server: 'http://u:hunter2@b', token: 't' }, fault: /has a user in it: use a token instead/ },
    { flags: { server: 'http://b?x=1', token: 't' }, fault: /has a query or fragment/ },
    { flags: { server: 'http://b', token: 'hunter2 x' }, fault: /\(flag --token\) is not a token/ },
    { flags: { server: 'http://b', token: 'hunter2\u00e4' }, fault: /\(flag --token\) is not a token/ },
    { flags: { ...{ server: 'https://b', token: 't' }, 'ca-file': '/nowhere' }, fault: /cannot be read: no such file/ },
  ] as readonly { flags: Record<string, string>; env?: Record<string, string>; fault: RegExp }[])(
    '$flags',
    ({ flags, env, fault }) => {
      const result = way(flags, env);
      expect(result).toEqual({ faults: [expect.stringMatching(fault)] });
      expect(JSON.stringify(result)).not.toContain('hunter2');
    },
  );

  it('a file of authorities has to have certificates in it', () => {
    const base = { server: 'https://b', token: 't' };
    expect(way({ ...base, 'ca-file': folder.file('ca.crt') })).toMatchObject({ caFile: folder.file('ca.crt') });
    const faults = [expect.stringContaining('is not a PEM file with a certificate')];
    expect(way({ ...base, 'ca-file': folder.file('ca.key') })).toEqual({ faults });
  });
});
