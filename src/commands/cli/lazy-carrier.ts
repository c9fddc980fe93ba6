import type { Carrier } from './api-caller.ts';
import { createHttpCarrier } from './http-carrier.ts';
import type { GroupParts } from './group-parts.ts';
import { openLocalCarrier } from './local-carrier.ts';
import type { Way } from './way.ts';

/** Opened by the first call: what is wrong with the arguments or standard input is told without it. */
export function openLazily(way: Way, parts: GroupParts): Carrier {
  let opening: Promise<Carrier> | undefined;
  let carrier: Carrier | undefined;
  return {
    async send(question) {
      carrier = await (opening ??= open(way, parts));
      return await carrier.send(question);
    },
    advice: (status) => carrier?.advice(status) ?? '',
    async close() {
      await carrier?.close();
    },
  };
}

async function open(way: Way, parts: GroupParts): Promise<Carrier> {
  if (way.kind === 'api') return createHttpCarrier(way);
  if (way.kind === 'state') return await openLocalCarrier(way, parts.openLocalApi, parts.createLog());
  throw new Error('nobody said which server');
}
