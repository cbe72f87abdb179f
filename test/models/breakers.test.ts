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

test('a server that fails whichever model is asked is left alone with all its models; other servers are not', async () => {
  const breakers = createBreakers((model) => (model.startsWith('groq:') ? 'groq' : 'main'));
  for (const model of ['a/b', 'c/d', 'e/f', 'a/b', 'c/d']) {
    expect(breakers.mayAsk('g/h')).toBe(true);
    breakers.asking(model);
    await breakers.ended(model, 'failed');
  }
  expect(breakers.mayAsk('g/h')).toBe(false);
  expect(breakers.mayAsk('groq:llama')).toBe(true);
  later(60);
  breakers.asking('g/h');
  expect(breakers.mayAsk('i/j')).toBe(false);
  await breakers.ended('g/h', 'answered');
  expect(breakers.mayAsk('i/j')).toBe(true);
});

test('a model that fails while others of its server answer, or that is gone, says nothing of the server', async () => {
  const breakers = createBreakers();
  for (let time = 0; time < 6; time++) {
    await breakers.ended('a/b', 'failed');
    await breakers.ended('c/d', time % 2 === 0 ? 'answered' : 'gone');
  }
  expect(breakers.mayAsk('a/b')).toBe(false);
  expect(breakers.mayAsk('e/f')).toBe(true);
});
