import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createReachability } from './reachability.ts';

function create(): { lines: string[] } & ReturnType<typeof createReachability> {
  const lines: string[] = [];
  const log = pino(
    { base: null },
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { lines, ...createReachability(log) };
}

test('each change is one line', () => {
  const engine = create();
  for (let i = 0; i < 3; i += 1) engine.absent('no engine');
  for (let i = 0; i < 3; i += 1) engine.up('unix:///x', '28.5.2');
  for (let i = 0; i < 3; i += 1) engine.failing('list: no answer in time');
  engine.up('unix:///x', '28.5.2');
  expect(engine.lines).toEqual([
    'no engine; trying again at each scrape',
    'the engine answers',
    'list: no answer in time; trying again at each scrape',
    'the engine answers',
  ]);
});

test('an engine that answers a ping and no list does not come and go', () => {
  const engine = create();
  for (let i = 0; i < 3; i += 1) {
    engine.reached('unix:///x', '28.5.2');
    engine.failing('list: HTTP 500');
  }
  expect(engine.lines).toEqual(['the engine answers', 'list: HTTP 500; trying again at each scrape']);
});

test('a ping alone ends an absence', () => {
  const engine = create();
  engine.failing('list: HTTP 500');
  engine.absent('no engine');
  engine.reached('unix:///x', '28.5.2');
  expect(engine.lines).toEqual(['list: HTTP 500; trying again at each scrape', 'the engine answers']);
});
