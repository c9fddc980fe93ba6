import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inventoryContainerSchema, type InventoryContainer } from '../../protocol/frames.ts';
import { stacksOf } from './stack-state.ts';

let made = 0;
function container(change: Partial<InventoryContainer> = {}): InventoryContainer {
  made += 1;
  const name = `c${String(made)}`;
  return { id: name, name, image: 'bb', state: 'running', health: 'none', project: 'shop', service: 'web', ...change };
}

const running = { state: 'running' } as const;
const healthy = { state: 'running', health: 'healthy' } as const;
const starting = { state: 'running', health: 'starting' } as const;
const unhealthy = { state: 'running', health: 'unhealthy' } as const;
const done = { state: 'exited', exitCode: 0 } as const;
const failed = { state: 'exited', exitCode: 1 } as const;
const stopped = { state: 'exited', exitCode: 143 } as const;
const unknown = { state: 'exited' } as const;
const created = { state: 'created' } as const;
const paused = { state: 'paused' } as const;
const restarting = { state: 'restarting', exitCode: 1 } as const;
const dead = { state: 'dead' } as const;
const removing = { state: 'removing' } as const;

test.each<[string, readonly Partial<InventoryContainer>[], string]>([
  ['running', [running], 'running'],
  ['running and healthy', [healthy, running], 'running'],
  ['still starting', [starting], 'running'],
  ['a service and a job that is done', [running, { ...done, service: 'migrate' }], 'running'],
  ['one of a service is done', [running, done], 'running'],
  ['nothing left but jobs that are done', [done, done], 'stopped'],
  ['all stopped', [stopped, failed], 'stopped'],
  ['created only', [created, created], 'stopped'],
  ['done and failed', [done, failed], 'stopped'],
  ['paused only', [paused], 'stopped'],
  ['restarting only', [restarting], 'stopped'],
  ['a service that has failed', [running, { ...failed, service: 'db' }], 'partial'],
  ['one of two of a service has failed', [running, failed], 'partial'],
  ['a service that was killed', [running, { ...stopped, service: 'db' }], 'partial'],
  ['a service that restarts', [running, { ...restarting, service: 'db' }], 'partial'],
  ['a service that was never started', [running, { ...created, service: 'db' }], 'partial'],
  ['a service that is paused', [running, { ...paused, service: 'db' }], 'partial'],
  ['a service that is dead', [running, { ...dead, service: 'db' }], 'partial'],
  ['a service that ended, nobody knows how', [running, { ...unknown, service: 'db' }], 'partial'],
  ['one that is being removed', [running, { ...removing, service: 'db' }], 'running'],
  ['one unhealthy', [running, { ...unhealthy, service: 'db' }], 'unhealthy'],
  ['unhealthy comes before partial', [running, unhealthy, failed], 'unhealthy'],
  ['unhealthy and paused', [{ ...paused, health: 'unhealthy' }], 'unhealthy'],
  ['was unhealthy when it ended', [running, { ...failed, health: 'unhealthy' }], 'partial'],
  ['was unhealthy when it ended, with 0', [running, { ...done, health: 'unhealthy' }], 'running'],
  ['a one-off beside it that has failed', [running, { ...failed, oneOff: true }], 'running'],
])('%s: %j is %s', (_, containers, state) => {
  expect(stacksOf('a', containers.map(container))).toMatchObject([{ host: 'a', name: 'shop', state }]);
});

test('containers without a project, and one-offs alone, are no stack', () => {
  const containers = [{ project: null }, { project: undefined }, { project: '' }, { oneOff: true }, removing];
  expect(stacksOf('a', containers.map(container))).toEqual([]);
});

test('stacks and services by name, with what is wrong', () => {
  const containers = [
    { project: 'shop', service: 'web', name: 'web-2', ...failed },
    { project: 'shop', service: 'web', name: 'web-1' },
    { project: 'shop', service: 'db', name: 'db-1', ...unknown },
    { project: 'shop', service: '', name: 'by-hand', ...created },
    { project: 'shop', service: 'cache', name: 'cache-1', ...paused },
    { project: 'admin', service: 'api', name: 'api-1', ...unhealthy },
  ];
  expect(stacksOf('a', containers.map(container))).toEqual([
    {
      host: 'a',
      name: 'admin',
      state: 'unhealthy',
      reasons: ['api-1 is unhealthy'],
      services: [{ name: 'api', containers: 1, running: 1 }],
    },
    {
      host: 'a',
      name: 'shop',
      state: 'partial',
      reasons: ['by-hand was never started', 'cache-1 is paused', 'db-1 has exited', 'web-2 has exited with 1'],
      services: [
        { name: 'by-hand', containers: 1, running: 0 },
        { name: 'cache', containers: 1, running: 0 },
        { name: 'db', containers: 1, running: 0 },
        { name: 'web', containers: 2, running: 1 },
      ],
    },
  ]);
});

test('the reasons of a large stack have an end', () => {
  const [stack] = stacksOf(
    'a',
    Array.from({ length: 500 }, () => container(failed)),
  );
  expect(stack?.reasons).toHaveLength(21);
  expect(stack?.reasons.at(-1)).toBe('and 480 more');
});

const anyContainer = fc
  .record({
    state: fc.constantFrom(...inventoryContainerSchema.shape.state.options),
    health: fc.constantFrom('none', 'starting', 'healthy', 'unhealthy'),
    exitCode: fc.constantFrom(null, 0, 1, 137),
    service: fc.constantFrom('a', 'b', null),
    oneOff: fc.boolean(),
  })
  .map((change) => container(change as Partial<InventoryContainer>));

test('whatever the containers are: the order does not matter, error is never said, done ones change nothing', () => {
  const property = fc.property(fc.array(anyContainer, { maxLength: 8 }), (containers) => {
    const [stack] = stacksOf('h', containers);
    expect(stacksOf('h', containers.toReversed())).toEqual(stack === undefined ? [] : [stack]);
    if (stack === undefined) return;
    expect(stack.state).not.toBe('error');
    const [more] = stacksOf('h', [...containers, container(done)]);
    expect(more?.state).toBe(stack.state);
    const hasRunning = stack.services.some((service) => service.running > 0);
    if (stack.state === 'stopped') expect(hasRunning).toBe(false);
    if (stack.state === 'running') expect(stack.reasons).toEqual([]);
    if (stack.state === 'partial') expect(hasRunning && stack.reasons.length > 0).toBe(true);
  });
  fc.assert(property);
});
