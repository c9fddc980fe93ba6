import { expect, test } from 'vitest';
import { errorText } from './errors.ts';
import { createSemaphore } from './semaphore.ts';

const forever = new AbortController().signal;

/** Tasks that end when told to, and a record of which have started. */
function createTasks(): {
  task: (name: string) => () => Promise<string>;
  started: string[];
  end: (name: string) => Promise<void>;
} {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    task: (name) => async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    },
    async end(name) {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('no more than the limit run, the others follow in order', async () => {
  const { task, started, end } = createTasks();
  const semaphore = createSemaphore(() => 2);
  const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => semaphore.run(task(name), forever)));
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
  await end('a');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  await end('c');
  await end('d');
  expect(await all).toEqual(['a', 'b', 'c', 'd']);
});

test('the limit may change while tasks run', async () => {
  const { task, started, end } = createTasks();
  let limit = 1;
  const semaphore = createSemaphore(() => limit);
  const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => semaphore.run(task(name), forever)));
  limit = 3;
  await end('a');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  for (const name of ['b', 'c', 'd']) await end(name);
  await all;
});

test('a task that fails gives its place on', async () => {
  const semaphore = createSemaphore(() => 1);
  const failing = semaphore.run(() => Promise.reject(new Error('no')), forever);
  const next = semaphore.run(() => Promise.resolve('next'), forever);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('whoever waits past the signal never starts', async () => {
  const { task, started, end } = createTasks();
  const semaphore = createSemaphore(() => 1);
  const controller = new AbortController();
  const first = semaphore.run(task('a'), forever);
  const late = semaphore.run(task('b'), controller.signal).catch(errorText);
  const last = semaphore.run(task('c'), forever);
  controller.abort(new Error('too late'));
  await end('a');
  expect(await late).toBe('too late');
  expect(started).toEqual(['a', 'c']);
  await end('c');
  expect([await first, await last]).toEqual(['a', 'c']);
});
