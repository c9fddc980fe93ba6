import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

type Commit = (items: readonly number[]) => Promise<readonly string[]>;

function create(commit: Commit, isItemFault = false) {
  return createGroupCommit<number, string>({ commit, isItemFault: () => isItemFault, gatherMs: 50, groupSize: 3 });
}

const echo: Commit = (items) => Promise.resolve(items.map(String));

test('what comes within the time goes together', async () => {
  const commit = vi.fn<Commit>(echo);
  const group = create(commit);
  const both = [group.add(1), group.add(2)];
  expect(commit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(50);
  expect(await Promise.all(both)).toEqual(['1', '2']);
  expect(commit.mock.calls).toEqual([[[1, 2]]]);
  const third = group.add(3);
  vi.advanceTimersByTime(50);
  expect(await third).toBe('3');
});

test('a full group does not wait, and one is under way at a time', async () => {
  const held = Promise.withResolvers<void>();
  const groups: (readonly number[])[] = [];
  const group = create(async (items) => {
    groups.push(items);
    if (groups.length === 1) await held.promise;
    return items.map(String);
  });
  const all = Array.from({ length: 8 }, (_, i) => group.add(i));
  await nextTurn();
  expect(groups).toEqual([[0, 1, 2]]);
  held.resolve();
  expect(await Promise.all(all)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(groups).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that cannot be stored does not take its neighbours along', async () => {
  const commit = vi.fn<Commit>((items) =>
    items.includes(2) ? Promise.reject(new Error(`no ${String(items)}`)) : echo(items),
  );
  const group = create(commit, true);
  const all = Promise.allSettled([group.add(1), group.add(2), group.add(3)]);
  expect(await all).toMatchObject([{ value: '1' }, { status: 'rejected', reason: new Error('no 2') }, { value: '3' }]);
});

test('a database that is away fails them all, after one attempt', async () => {
  const commit = vi.fn<Commit>(() => Promise.reject(new Error('away')));
  const group = create(commit);
  const all = await Promise.allSettled([group.add(1), group.add(2), group.add(3)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(commit).toHaveBeenCalledTimes(1);
});

test('a stop stores what waits, takes nothing more, and can come twice', async () => {
  const group = create(echo);
  const one = group.add(1);
  await Promise.all([group.stop(), group.stop()]);
  expect(await one).toBe('1');
  await expect(group.add(2)).rejects.toMatchObject({ code: 'SAMPLES_STOPPED' });
  await group.stop();
});
