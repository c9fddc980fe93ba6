import { z } from 'zod';
import { listOf } from './list.ts';
import { accept, refuse, scalarKind, type Parsed, type ValueKind } from './value-kind.ts';
import { yamlText } from './text.ts';

const server: ValueKind<string> = scalarKind({
  type: 'server address',
  expectation: 'is not a server address: use such as https://tallyman.example:8443',
  parse: parseServer,
  toYaml: yamlText,
});

const list = listOf(server, { type: 'list of server addresses', unique: true });

/** Addresses of servers, `https://host:port`: a list, or one text with commas. An address without a port means 443. */
export const serverList: ValueKind<readonly string[]> = {
  ...list,
  schema: z.unknown().transform((raw, context): readonly string[] => {
    const isText = typeof raw === 'string';
    const parsed = list.schema.safeParse(isText ? raw.split(',').map((part) => part.trim()) : raw);
    if (parsed.success) return parsed.data;
    // A text is told of as a whole: it has no parts that a source could name.
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: isText ? [] : path, message });
    }
    return z.NEVER;
  }),
};

function parseServer(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url !== undefined && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (url?.protocol !== 'https:' || url.pathname !== '/' || !isBare) {
    return refuse('is not a server address: use https://HOST:PORT and nothing more');
  }
  return accept(url.origin);
}
