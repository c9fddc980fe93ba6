import type { CliCall, CliReply } from './subcommand.ts';

/** Removes the thing of this name. */
export async function removal(
  { api, subject }: Pick<CliCall<unknown>, 'api' | 'subject'>,
  { path, what, verb = 'removed' }: { path: string; what: string; verb?: 'removed' | 'revoked' },
): Promise<CliReply> {
  await api.call({ method: 'DELETE', path: `${path}/${subject}` });
  return { json: { name: subject, [verb]: true }, lines: [], notes: [`The ${what} ${subject} is ${verb}.`] };
}
