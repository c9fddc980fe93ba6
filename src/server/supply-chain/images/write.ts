import type { Store, Tables } from '../../../store/store.ts';

/** Does work in one transaction with its entry in the audit log. */
export type Write = <T>(
  entry: { target: string; detail?: Readonly<Record<string, unknown>> },
  work: (tables: Tables) => Promise<T>,
) => Promise<T>;

/** For what the server does by itself, as `action` in the audit log. */
export function serverWrite(store: Pick<Store, 'transaction'>, action: string): Write {
  return (entry, work) =>
    store.transaction(async (tables) => {
      await tables.audit.append({ actor: 'server', action, target: entry.target, detail: entry.detail ?? {} });
      return work(tables);
    });
}
