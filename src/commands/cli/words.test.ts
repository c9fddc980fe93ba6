import { describe, expect, it } from 'vitest';
import { parseReference, parseWord } from './words.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('REF', () => {
  it.each(['nginx', 'localhost:5000/app:1.2', `app@${digest}`, digest, 'tag:docker.io/library/app:1'])('%s', (text) => {
    expect(parseWord('REF', text)).toEqual({ ok: true, value: text });
  });

  it.each(['App', 'a b', 'app@sha256:12', '-'])('not %s', (text) => {
    expect(parseWord('REF', text)).toMatchObject({ ok: false });
  });
});

it('--image wants a name: a digest alone would be read as a tag', () => {
  expect(parseReference(digest)).toEqual({
    ok: false,
    message: `${digest} is a digest: write the name before it, NAME@${digest}`,
  });
});
