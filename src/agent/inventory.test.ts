import { array, assert, constantFrom, dictionary, option, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { loadRecordedAnswers, recordedSets } from '../../test/support/recorded-answers.ts';
import { listedContainerSchema } from '../docker/schemas.ts';
import { inventorySchema } from '../protocol/frames.ts';
import { toInventory } from './inventory.ts';

const compose = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'db',
  'com.docker.compose.oneoff': 'True',
};

test('what the list says of a container', () => {
  const listed = {
    Id: 'a'.repeat(64),
    Names: ['/other/alias', '/shop-db-1'],
    Image: 'postgres:17',
    ImageID: 'sha256:1',
  };
  expect(toInventory([{ ...listed, State: 'exited', Status: 'Exited (137) 2 hours ago', Labels: compose }])).toEqual([
    {
      id: 'a'.repeat(64),
      name: 'shop-db-1',
      image: 'postgres:17',
      imageId: 'sha256:1',
      state: 'exited',
      health: 'none',
      exitCode: 137,
      project: 'shop',
      service: 'db',
      oneOff: true,
    },
  ]);
});

test.each([
  ['Up 5 minutes (healthy)', 'healthy'],
  ['Up 5 minutes (unhealthy)', 'unhealthy'],
  ['Up 1 second (health: starting)', 'starting'],
  ['Up 5 minutes', 'none'],
])('%s', (Status, health) => {
  expect(toInventory([{ Id: 'a', State: 'running', Status }])).toMatchObject([{ health, state: 'running' }]);
});

test.each([
  ['configured', 'created'],
  ['stopped', 'exited'],
  ['', undefined],
  ['unknown', undefined],
])('the state %j', (State, state) => {
  expect(toInventory([{ Id: 'a', State }]).map((container) => container.state)).toEqual(
    state === undefined ? [] : [state],
  );
});

test('a container of no project, or of one with an empty label', () => {
  const [plain, service] = toInventory([
    { Id: 'a', State: 'running', Labels: null },
    { Id: 'b', State: 'running', Labels: { ...compose, 'com.docker.compose.oneoff': 'False' } },
  ]);
  expect(plain).not.toHaveProperty('project');
  expect(service).not.toHaveProperty('oneOff');
});

test.each(recordedSets)('every container that was recorded: %s', (set) => {
  const { list } = loadRecordedAnswers(set);
  const inventory = toInventory(list.map((entry) => listedContainerSchema.parse(entry)));
  expect(inventory.map(({ id }) => id)).toEqual(list.map(({ Id }) => Id));
  expect(inventory.every(({ imageId }) => imageId?.startsWith('sha256:'))).toBe(true);
});

test('whatever an engine lists, the protocol takes it', () => {
  const long = string({ maxLength: 3000, size: 'max' });
  const listed = record(
    {
      Id: string({ minLength: 1, maxLength: 200 }),
      Names: option(array(long, { maxLength: 3 })),
      Image: option(long),
      ImageID: option(long),
      Labels: option(dictionary(constantFrom(...Object.keys(compose), '__proto__', 'other'), long)),
      State: option(constantFrom('running', 'exited', 'stopping', 'nonsense', 'constructor')),
      Status: option(
        constantFrom('Exited (99999999999999999999) 1 second ago', 'Exited (-1) 1 second ago', 'Up (healthy)'),
      ),
    },
    { requiredKeys: ['Id'] },
  );
  assert(
    property(array(listed, { maxLength: 5 }), (containers) => {
      const frame = { type: 'inventory', seq: 1, at: 0, containers: toInventory(containers) };
      expect(inventorySchema.safeParse(frame).error).toBeUndefined();
    }),
  );
});

test('no more containers than the protocol takes', () => {
  const many = Array.from({ length: 5010 }, (_, index) => ({ Id: String(index), State: 'running' }));
  expect(toInventory(many)).toHaveLength(5000);
});

test('labels are told by the names asked for, cut to what the protocol takes', () => {
  const Labels = { 'com.example.tier': 'web', other: 'secret', long: 'x'.repeat(1000) };
  const listed = [{ Id: 'a', Names: ['/a'], Image: 'i', State: 'running', Status: 'Up', Labels }];
  expect(toInventory(listed, ['com.example.tier', 'long', 'none', 'toString'])[0]?.labels).toEqual({
    'com.example.tier': 'web',
    long: 'x'.repeat(512),
  });
  expect(toInventory(listed)[0]).not.toHaveProperty('labels');
});
