import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { z } from 'zod';
import { inflatedBytes, messageBytes, seriesPerBatch } from './limits.ts';

/** Messages of this size and above are deflated. */
const deflateFrom = 1024;

/**
 * Arrays and objects in one message: those of the largest batch, and some. Each costs a parser many times the memory of
 * its two characters, which deflate to nothing: 16 MB of them would be 500 MB, and seconds in which nothing else runs.
 */
const partsPerMessage = seriesPerBatch + 50_000;

/** One WebSocket message: text, or the same text deflated (raw deflate, RFC 1951) as a binary message. */
export type WireMessage = string | Uint8Array;

/** A message that breaks the protocol: too large, not JSON, or not of a known shape. */
export class FrameFault extends Error {}

export function encodeFrame(frame: object): WireMessage {
  const text = JSON.stringify(frame);
  return text.length < deflateFrom ? text : deflateRawSync(text, { level: 1 });
}

/** A message of which nothing is known but that it has a type. */
export interface UncheckedFrame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * Reads one message. Returns undefined for a type of message that is not known here, which a newer side may send.
 * Throws FrameFault for everything else that is not as the schema says, and for what is past the limits.
 */
export function decodeFrame<S extends z.ZodType<{ type: string }>>(
  schema: S,
  types: ReadonlySet<string>,
  message: WireMessage,
): z.infer<S> | undefined {
  return checkFrame(schema, types, parseMessage(openMessage(message)));
}

/** The first of decodeFrame's steps: the text of a message, inflated where it came deflated. */
export function openMessage(message: WireMessage): string {
  if (message.length > messageBytes) throw new FrameFault(`a message of ${message.length} bytes is too large`);
  return typeof message === 'string' ? message : inflate(message);
}

/** The second: a JSON object with a type. */
export function parseMessage(text: string): UncheckedFrame {
  const input = parse(text);
  if (typeof input !== 'object' || input === null) throw new FrameFault('a message is a JSON object');
  if (typeof (input as { type?: unknown }).type !== 'string') throw new FrameFault('a message has a type');
  return input as UncheckedFrame;
}

/** The third: a frame as its type's schema says; undefined for a type that is not known here. */
export function checkFrame<S extends z.ZodType<{ type: string }>>(
  schema: S,
  types: ReadonlySet<string>,
  input: UncheckedFrame,
): z.infer<S> | undefined {
  if (!types.has(input.type)) return undefined;
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FrameFault(`${input.type}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`);
}

function inflate(message: Uint8Array): string {
  try {
    return inflateRawSync(message, { maxOutputLength: inflatedBytes }).toString('utf8');
  } catch (cause) {
    throw new FrameFault('a compressed message cannot be inflated, or is too large', { cause });
  }
}

function parse(text: string): unknown {
  if (text.length > 2 * partsPerMessage && countParts(text) > partsPerMessage) {
    throw new FrameFault('a message has too many parts');
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FrameFault('a message is not JSON', { cause });
  }
}

/** The arrays and objects that begin in a text of JSON. */
function countParts(text: string): number {
  let parts = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isText = !isText;
    else if (isText && character === '\\') at += 1;
    else if (!isText && (character === '[' || character === '{')) parts += 1;
  }
  return parts;
}
