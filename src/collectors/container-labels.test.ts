import { expect, test } from 'vitest';
import type { ObservedContainer } from '../docker/observation.ts';
import { createContainerLabeller, nameContainerLabels, type ContainerLabelOptions } from './container-labels.ts';

const nothing: ContainerLabelOptions = { containerId: false, containerLabels: [] };
const container = (id: string, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id,
  name: 'web',
  image: 'nginx',
  labels: {},
  state: 'running',
  status: { health: undefined, exitCode: undefined },
  ...more,
});

const textOf = (one: ObservedContainer, options = nothing): string | undefined =>
  createContainerLabeller(options)([one]).labelled[0]?.series;

test('the base labels, empty where a container has none', () => {
  expect(textOf(container('a'))).toBe('compose_project="",compose_service="",container_name="web",image="nginx"');
  const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'db' };
  expect(textOf(container('a', { labels }))).toMatch(/^compose_project="shop",compose_service="db",/);
});

test('values are printed as they are', () => {
  expect(textOf(container('a', { name: '\0é"\\\n\r' }))).toContain('container_name="\0é\\"\\\\\\n\r"');
});

test('labels on request', () => {
  const options = { containerId: true, containerLabels: ['tier', 'toString', 'com.x/y'] };
  expect(textOf(container('0123456789abcdef', { labels: { tier: 'front', other: 'x' } }), options)).toMatch(
    /,container_id="0123456789ab",container_label_tier="front",container_label_toString="",container_label_com_x_y=""$/,
  );
});

test('names that become alike: the unchanged one keeps it, then the order of the list decides', () => {
  expect(nameContainerLabels(['a-b', 'a.b', 'a_b', 'c', 'a_b_2'])).toEqual([
    ['container_label_a_b', 'a_b'],
    ['container_label_c', 'c'],
    ['container_label_a_b_2', 'a_b_2'],
    ['container_label_a_b_3', 'a-b'],
    ['container_label_a_b_4', 'a.b'],
  ]);
  expect(nameContainerLabels([])).toEqual([]);
});

test('of those with the same labels the lowest id stays, in whatever order they come', () => {
  const label = createContainerLabeller(nothing);
  const [a, b, c, other] = [container('a'), container('b'), container('c'), container('d', { name: 'db' })];
  for (const order of [
    [a, b, c, other],
    [c, b, other, a],
    [b, other, a, c],
  ]) {
    const { labelled, duplicates } = label(order);
    expect(labelled.map(({ id }) => id).toSorted()).toEqual(['a', 'd']);
    expect(duplicates.map(({ id }) => id).toSorted()).toEqual(['b', 'c']);
  }
});

test('with the id as a label nothing is the same', () => {
  const { duplicates } = createContainerLabeller({ ...nothing, containerId: true })([container('a'), container('b')]);
  expect(duplicates).toEqual([]);
});

test('names that are the same in UTF-8 are the same', () => {
  const { duplicates } = createContainerLabeller(nothing)([
    container('a', { name: '\ud800' }),
    container('b', { name: '\udc00' }),
  ]);
  expect(duplicates.map(({ id }) => id)).toEqual(['b']);
});
