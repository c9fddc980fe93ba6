import { expect, test } from 'vitest';
import { TallymanError } from '../../base/errors.ts';
import { isCollision, isConnectionFault, postgresFault } from './postgres-faults.ts';

const state = (code: string): Error => Object.assign(new Error('words'), { code, severity: 'ERROR' });

test.each([
  [state('53100'), 'STORE_FULL'],
  [state('28P01'), 'STORE_UNAVAILABLE'],
  [state('57P01'), 'STORE_UNAVAILABLE'],
  [state('08006'), 'STORE_UNAVAILABLE'],
  [state('40001'), 'STORE_UNAVAILABLE'],
  [state('23505'), 'STORE_FAILED'],
  [Object.assign(new Error('words'), { code: 'ECONNREFUSED' }), 'STORE_UNAVAILABLE'],
  [new Error('Connection terminated unexpectedly'), 'STORE_UNAVAILABLE'],
])('%s', (error, code) => {
  expect(postgresFault(error, 'h/n')).toMatchObject({ code, cause: error });
});

test('what is tried again, and what ends a connection', () => {
  expect(['40001', '40P01', '23503'].map((code) => isCollision(postgresFault(state(code), 'h')))).toEqual([
    true,
    true,
    true,
  ]);
  expect([isCollision(state('23505')), isCollision(new Error('x')), isCollision('x')]).toEqual([false, false, false]);
  expect([
    isConnectionFault(new Error('x')),
    isConnectionFault(state('57P01')),
    isConnectionFault(state('23505')),
  ]).toEqual([true, true, false]);
  const ours = new TallymanError('X', 'y');
  expect(postgresFault(ours, 'h')).toBe(ours);
});
