import { TokenType } from '@streamparser/json';
import { fail, type Place } from '../report-fault.ts';
import type { ReportLimits } from '../report-limits.ts';
import { toJsonPath, toPlacedObject } from './place.ts';
import type { Selection } from './selection.ts';

/** A token of the text; `offset` is where it begins. */
export interface Token {
  token: TokenType;
  value: unknown;
  offset: number;
}

/** Builds a value of what is selected of a JSON text, and checks the grammar of all of it. */
export interface Projection {
  token(token: Token): void;
  /** The names that stand at the top, selected or not, as many as are worth telling. */
  readonly names: readonly string[];
  /** Whether the whole value has been read. */
  isComplete(): boolean;
  /** The whole value; at the end of the text, whose offset it is given. */
  end(offset: number): unknown;
  /** JSONPath of the value that is read just now. */
  path(): string;
}

type Kept = unknown[] | { [key: string]: unknown };

/** Objects that are deeper inside have their place from those around them. */
const deepestPlace = 6;

/** An object or list that is open. */
interface Frame {
  isList: boolean;
  selection: Selection | undefined;
  kept: Kept | undefined;
  /** Of the value that is read just now. */
  child: Selection | undefined;
  key: string;
  index: number;
}

type State = 'value' | 'first-item' | 'first-key' | 'key' | 'colon' | 'comma' | 'done';

/** What an object, a list or a field takes beside its text: about what V8 takes. */
const entryBytes = 16;
const containerBytes = 48;

const longestNames = 100;
const longestName = 60;

/** Texts of a report repeat: packages, versions, links. One copy of each is kept, of so many at a time. */
const shortText = 200;
const shortTexts = 100_000;

export function createProjection(
  root: Selection,
  limits: ReportLimits,
  placeAt: (offset: number) => Place,
): Projection {
  const frames: Frame[] = [];
  let depth = 0;
  let state: State = 'value';
  let value: unknown;
  let keptBytes = 0;
  const texts = new Map<string, string>();
  const names: string[] = [];

  function takeToken({ token, value, offset }: Token): void {
    switch (state) {
      case 'first-item':
      case 'value':
        if (token === TokenType.RIGHT_BRACKET && state === 'first-item') close();
        else takeValue(token, value, offset);
        return;
      case 'first-key':
      case 'key':
        if (token === TokenType.RIGHT_BRACE && state === 'first-key') close();
        else if (token === TokenType.STRING) takeKey(value as string);
        else refuse(token, offset, 'a name in quotes');
        return;
      case 'colon':
        if (token !== TokenType.COLON) refuse(token, offset, 'a colon');
        state = 'value';
        return;
      case 'comma':
        takeComma(token, offset);
        return;
      case 'done':
        fail('REPORT_SYNTAX', 'something follows after its end: push one report a file', { place: placeAt(offset) });
    }
  }

  function takeValue(token: TokenType, value: unknown, offset: number): void {
    switch (token) {
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET:
        open(token === TokenType.LEFT_BRACKET, offset);
        return;
      case TokenType.STRING:
      case TokenType.NUMBER:
      case TokenType.TRUE:
      case TokenType.FALSE:
      case TokenType.NULL: {
        const selection = wanted();
        if (selection !== undefined) keep(scalar(value, selection), entryBytes, offset);
        state = depth === 0 ? 'done' : 'comma';
        return;
      }
      default:
        refuse(token, offset, 'a value');
    }
  }

  function takeKey(key: string): void {
    const frame = frames[depth - 1] as Frame;
    frame.key = key;
    if (depth === 1 && names.length < longestNames) names.push(key.slice(0, longestName));
    frame.child = frame.selection?.field(key);
    state = 'colon';
  }

  function takeComma(token: TokenType, offset: number): void {
    const frame = frames[depth - 1] as Frame;
    if (token === TokenType.COMMA) {
      frame.index += 1;
      state = frame.isList ? 'value' : 'key';
    } else if (token === (frame.isList ? TokenType.RIGHT_BRACKET : TokenType.RIGHT_BRACE)) close();
    else refuse(token, offset, frame.isList ? 'a comma or ]' : 'a comma or }');
  }

  function open(isList: boolean, offset: number): void {
    if (depth >= limits.depth) {
      fail(
        'REPORT_TOO_LARGE',
        `more than ${String(limits.depth)} objects and lists are inside each other`,
        here(offset),
      );
    }
    const selection = wanted();
    const kept = selection === undefined ? undefined : container(isList, selection, offset);
    if (kept !== undefined) keep(kept, containerBytes, offset);
    const frame = (frames[depth] ??= { isList, selection, kept, child: undefined, key: '', index: 0 });
    frame.isList = isList;
    frame.selection = selection;
    frame.kept = kept;
    frame.child = isList ? selection?.items : undefined;
    frame.key = '';
    frame.index = 0;
    depth += 1;
    state = isList ? 'first-item' : 'first-key';
  }

  function container(isList: boolean, selection: Selection, offset: number): Kept {
    if (isList) return [];
    if (selection.isMap) return Object.create(null) as Kept;
    if (depth > deepestPlace) return {};
    return toPlacedObject(placeAt(offset));
  }

  function close(): void {
    depth -= 1;
    const frame = frames[depth] as Frame;
    const sparse = frame.kept === undefined ? undefined : sparseList();
    if (sparse !== undefined && isEmpty(frame.kept)) sparse.pop();
    frame.kept = undefined;
    state = depth === 0 ? 'done' : 'comma';
  }

  /** The list around, if its empty objects are to be left out. */
  function sparseList(): unknown[] | undefined {
    const around = depth === 0 ? undefined : frames[depth - 1];
    return Array.isArray(around?.kept) && around.selection?.isSparse === true ? around.kept : undefined;
  }

  /** What is wanted of the value that comes now. */
  function wanted(): Selection | undefined {
    return depth === 0 ? root : frames[depth - 1]?.child;
  }

  function keep(item: unknown, bytes: number, offset: number): void {
    keptBytes += bytes;
    if (keptBytes > limits.keptBytes) {
      fail('REPORT_TOO_LARGE', 'it has more packages and findings than fit into memory', here(offset));
    }
    if (depth === 0) {
      value = item;
      return;
    }
    const frame = frames[depth - 1] as Frame;
    if (frame.kept === undefined) return;
    if (Array.isArray(frame.kept)) {
      frame.kept.push(item);
      return;
    }
    if (Object.hasOwn(frame.kept, frame.key)) fail('REPORT_INVALID', 'the same name is there twice', here(offset));
    frame.kept[frame.key] = item;
  }

  function scalar(value: unknown, { characters }: Selection): unknown {
    if (typeof value !== 'string') return value;
    if (value.length > characters) {
      // A part of a text holds on to the whole of it; a copy does not.
      const part = Buffer.from(value.slice(0, characters)).toString();
      keptBytes += part.length;
      return part;
    }
    if (value.length > shortText) {
      keptBytes += value.length;
      return value;
    }
    const known = texts.get(value);
    if (known !== undefined) return known;
    if (texts.size >= shortTexts) texts.clear();
    texts.set(value, value);
    keptBytes += value.length;
    return value;
  }

  function refuse(token: TokenType, offset: number, expected: string): never {
    fail('REPORT_SYNTAX', `it is no JSON: ${tokenNames[token]} stands where ${expected} should be`, here(offset));
  }

  function here(offset: number): { place: Place; path: string } {
    return { place: placeAt(offset), path: path() };
  }

  function path(): string {
    const steps = frames.slice(0, depth).map(({ isList, index, key }) => (isList ? index : key));
    return toJsonPath(steps.filter((step) => step !== ''));
  }

  return {
    token: takeToken,
    path,
    names,
    isComplete: () => state === 'done',
    end(offset) {
      if (state !== 'done') {
        const what = state === 'value' && depth === 0 ? 'it is empty' : 'it is cut off: write and push it again';
        fail('REPORT_CUT', what, here(offset));
      }
      return value;
    },
  };
}

function isEmpty(kept: Kept | undefined): boolean {
  return kept !== undefined && !Array.isArray(kept) && Object.keys(kept).length === 0;
}

const tokenNames: Readonly<Record<number, string>> = {
  [TokenType.LEFT_BRACE]: '{',
  [TokenType.RIGHT_BRACE]: '}',
  [TokenType.LEFT_BRACKET]: '[',
  [TokenType.RIGHT_BRACKET]: ']',
  [TokenType.COLON]: 'a colon',
  [TokenType.COMMA]: 'a comma',
  [TokenType.TRUE]: 'true',
  [TokenType.FALSE]: 'false',
  [TokenType.NULL]: 'null',
  [TokenType.STRING]: 'a text',
  [TokenType.NUMBER]: 'a number',
};
