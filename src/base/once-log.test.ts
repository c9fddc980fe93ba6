import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createOnceLog } from './once-log.ts';

function create(): { lines: string[]; log: ReturnType<typeof createOnceLog> } {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push((JSON.parse(line) as { msg: string }).msg);
  return { lines, log: createOnceLog(pino({ base: null }, { write })) };
}

test('each subject is told once, until all is well again', () => {
  const { log, lines } = create();
  for (const subject of ['a', 'b', 'a', 'a']) log.warn(subject, {}, subject);
  expect(lines).toEqual(['a', 'b']);
  log.reset();
  log.warn('a', {}, 'a');
  expect(lines).toEqual(['a', 'b', 'a']);
});

test('memory is bounded: past a thousand subjects the oldest is forgotten', () => {
  const { log, lines } = create();
  for (let n = 0; n <= 1000; n += 1) log.warn(String(n), {}, String(n));
  log.warn('1', {}, 'the second again');
  log.warn('0', {}, 'the first again');
  expect(lines.slice(-2)).toEqual(['1000', 'the first again']);
});
