import { expect, test } from 'vitest';
import { parsePostgresUrl } from './postgres-url.ts';

test.each([
  ['postgres://u:p@h:5432/n', { place: 'h:5432/n', user: 'u', password: 'p', database: 'n' }],
  ['postgresql://u%40x:p%2F%25@h/n?sslmode=require', { place: 'h/n', user: 'u@x', password: 'p/%', database: 'n' }],
  ['postgres://u@/n?host=/run/postgresql', { place: '/run/postgresql/n', user: 'u', password: '', database: 'n' }],
  ['postgres:///n?host=/run/postgresql', { place: '/run/postgresql/n', user: '', password: '', database: 'n' }],
  ['postgres://h/n?password=q', { place: 'h/n', user: '', password: 'q', database: 'n' }],
])('%s', (url, parts) => {
  expect(parsePostgresUrl(url)).toEqual(parts);
});

test.each(['mysql://u:hush@h/n', 'postgres', 'postgres://u:hush@h:port/n', 'postgres://u:%hush@h/n', '/var/lib/hush'])(
  'no URL of PostgreSQL, and not repeated: %s',
  (url) => {
    const parse = (): unknown => parsePostgresUrl(url);
    expect(parse).toThrow(expect.objectContaining({ code: 'STORE_URL_INVALID' }));
    expect(parse).not.toThrow('hush');
  },
);
