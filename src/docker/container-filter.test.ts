import { expect, test } from 'vitest';
import { containerName, isIncluded, type FilterSet } from './container-filter.ts';

const none: FilterSet = { names: [], images: [], labels: [] };
const web = { Id: 'a'.repeat(64), Names: ['/shop-web-1'], Image: 'nginx:1.29', Labels: { tier: 'front', empty: '' } };

const isKept = (include: Partial<FilterSet>, exclude: Partial<FilterSet> = {}): boolean =>
  isIncluded(web, { include: { ...none, ...include }, exclude: { ...none, ...exclude } });

test('without filters everything is in', () => {
  expect(isKept({})).toBe(true);
});

test('names and images are regular expressions, unanchored', () => {
  expect(isKept({ names: [/web/] })).toBe(true);
  expect(isKept({ names: [/^web/] })).toBe(false);
  expect(isKept({ names: [/db/, /web/] })).toBe(true);
  expect(isKept({ images: [/^nginx:/] })).toBe(true);
  expect(isKept({ images: [/redis/] })).toBe(false);
});

test('labels are keys, or keys with a value', () => {
  expect(isKept({ labels: [{ key: 'tier' }] })).toBe(true);
  expect(isKept({ labels: [{ key: 'tier', value: 'front' }] })).toBe(true);
  expect(isKept({ labels: [{ key: 'tier', value: 'back' }] })).toBe(false);
  expect(isKept({ labels: [{ key: 'empty', value: '' }] })).toBe(true);
  expect(isKept({ labels: [{ key: 'toString' }] })).toBe(false);
});

test('each kind has to match, and exclude wins', () => {
  expect(isKept({ names: [/web/], images: [/redis/] })).toBe(false);
  expect(isKept({ names: [/web/], images: [/nginx/], labels: [{ key: 'tier' }] })).toBe(true);
  expect(isKept({ names: [/web/] }, { labels: [{ key: 'tier', value: 'front' }] })).toBe(false);
  expect(isKept({}, { names: [/web/] })).toBe(false);
  expect(isKept({}, { images: [/nginx/] })).toBe(false);
  expect(isKept({}, { names: [/db/] })).toBe(true);
});

test.each([
  [['/web'], 'web'],
  [['/proxy/alias', '/web'], 'web'],
  [['/web', '/proxy/alias'], 'web'],
  [['/proxy/alias'], 'proxy/alias'],
  [['podman-name'], 'podman-name'],
  [[], '0123456789ab'],
  [null, '0123456789ab'],
])('names %j are %s', (Names, name) => {
  expect(containerName({ Id: '0123456789abcdef', Names })).toBe(name);
});
