/** models/breakers: who fails is left alone, longer each time, and one request finds out whether it is back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBreakers } from '../../src/models/breakers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }));
afterEach(() => void vi.useRealTimers());
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

async function fail(breakers: ReturnType<typeof createBreakers>, times: number) {
  for (let time = 0; time < times; time++) {
    breakers.asking('a/b');
    await breakers.ended('a/b', 'failed');
  }
}

test('three failures in a row, and it is left alone for a minute; others are not', async () => {
  const breakers = createBreakers();
  await fail(breakers, 2);
  await breakers.ended('a/b', 'answered');
  await fail(breakers, 2);
  expect(breakers.mayAsk('a/b')).toBe(true);
  await fail(breakers, 1);
  expect(breakers.mayAsk('a/b')).toBe(false);
  expect(breakers.mayAsk('c/d')).toBe(true);
  expect(breakers.open()).toEqual(['a/b']);
  later(59);
  expect(breakers.mayAsk('a/b')).toBe(false);
  later(1);
  expect(breakers.mayAsk('a/b')).toBe(true);
});

test('one request finds out; if it fails too the rest is twice as long, if it is answered all is well', async () => {
  const breakers = createBreakers();
  await fail(breakers, 3);
  later(60);
  breakers.asking('a/b');
  expect(breakers.mayAsk('a/b')).toBe(false);
  await breakers.ended('a/b', 'failed');
  later(119);
  expect(breakers.mayAsk('a/b')).toBe(false);
  later(1);
  breakers.asking('a/b');
  await breakers.ended('a/b', 'answered');
  expect(breakers.open()).toEqual([]);
  await fail(breakers, 3);
  later(60);
  expect(breakers.mayAsk('a/b')).toBe(true);
});

test('one that is gone is not asked again', async () => {
  const breakers = createBreakers();
  await breakers.ended('a/b', 'gone');
  later(1_000_000);
  expect(breakers.mayAsk('a/b')).toBe(false);
});
