import { expect, test } from 'vitest';
import { cheapPasswords, openApiBench } from '../api/test-kit/api-bench.ts';
import { ensureAdministrator } from './first-admin.ts';

test('the first start makes the administrator with the password given, later ones change nothing', async () => {
  await using bench = await openApiBench();
  const passwords = cheapPasswords();
  expect(await ensureAdministrator(bench.store, 'from the environment', passwords)).toEqual({ created: true });
  expect(await ensureAdministrator(bench.store, 'another password', passwords)).toEqual({ created: false });
  await bench.login('admin', 'from the environment');
  const entries = await bench.entries();
  expect(entries.map(({ action, actor, target }) => [action, actor, target])).toEqual([
    ['session.create', 'user:admin', 'user:admin'],
    ['user.create', 'server', 'user:admin'],
  ]);
  expect(JSON.stringify(entries)).not.toContain('environment');
});

test('without one it makes one up, which nobody else is told', async () => {
  await using bench = await openApiBench();
  const { created, generated = '' } = await ensureAdministrator(bench.store, undefined, cheapPasswords());
  expect([created, generated.length]).toEqual([true, 24]);
  await bench.login('admin', generated);
  expect(JSON.stringify(await bench.entries())).not.toContain(generated);
});

test('of servers that start at the same time one makes it', async () => {
  await using bench = await openApiBench();
  const starts = Array.from({ length: 4 }, (_, n) =>
    ensureAdministrator(bench.store, `password ${String(n)}`, cheapPasswords()),
  );
  const results = await Promise.all(starts);
  expect(results.filter(({ created }) => created)).toHaveLength(1);
  expect([await bench.store.users.count(), (await bench.entries()).length]).toEqual([1, 1]);
});

test('a password that is too short is refused, and nothing made', async () => {
  await using bench = await openApiBench();
  await expect(ensureAdministrator(bench.store, 'short', cheapPasswords())).rejects.toMatchObject({
    code: 'ADMIN_PASSWORD',
  });
  expect(await bench.store.users.count()).toBe(0);
});
