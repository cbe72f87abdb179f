/** What a model is told from memory, by domain, and how its citations come out: as places to read, or not at all. */
import { afterEach, expect, test } from 'vitest';
import type { NewMemory } from '../../src/core/memory.ts';
import type { Answer, Turn } from '../../src/core/model.ts';
import { alice, bob, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const everybodys = 'test:T1:public';
const kept = (text: string, over: Partial<NewMemory> = {}): NewMemory => ({
  acl: everybodys,
  kind: 'message',
  text,
  person: bob,
  speaker: 'Bob',
  thread: `test:T1:C2:${text.length}`,
  at: '2026-03-02T09:00:00.000Z',
  tainted: true,
  source: null,
  link: 'https://chat.example.com/p1',
  ...over,
});

async function ask(said: string, rows: NewMemory[], meanwhile: () => Promise<unknown> = async () => undefined) {
  const turns: Turn[] = [];
  house = await openTestHouse({
    think: async (turn): Promise<Answer> => {
      turns.push(turn);
      await meanwhile();
      const usual = { state: 'answered' as const, calls: [], model: 'test/model', usd: 0, fallbacks: [] };
      return { ...usual, text: said, inputTokens: 1, outputTokens: 1, milliseconds: 1 };
    },
  });
  await house.services.memory.rememberAll(rows);
  const { thread } = await house.say('why did billing-api fail?', alice, 'words');
  const answer = await house.answer(thread);
  const told = turns[0]?.messages.map((message) => (message.role === 'user' ? message.text : '')).join('') ?? '';
  return { told, text: answer.kind === 'words' ? answer.markdown : '' };
}

test('each domain has its own section, and what one names, the next is asked about', async () => {
  const { told } = await ask('Nothing.', [
    kept('billing-api failed since retryWithBackoff never stopped'),
    kept('export function retryWithBackoff() {}', {
      kind: 'code',
      origin: 'github:acme/web/src/a.ts#retryWithBackoff',
    }),
    kept('Globex renewal is at risk since billing-api failed', { kind: 'record' }),
  ]);
  expect(told).toMatch(
    /said in chat[\s\S]*"mark":"m1"[\s\S]*in code and documents[\s\S]*"mark":"m2"[\s\S]*in business records[\s\S]*"mark":"m3"/,
  );
});

test('a mark becomes where it can be read, and a mark nobody told disappears', async () => {
  const { text } = await ask('It never stopped [m1]. It was the moon [m7].', [
    kept('billing-api failed: it never stopped'),
  ]);
  expect(text).toBe('It never stopped ([Bob, 2026-03-02](https://chat.example.com/p1)). It was the moon.');
});

test('what is forgotten while the model thinks is not cited', async () => {
  const { text } = await ask('It never stopped [m1].', [kept('billing-api failed: it never stopped')], () =>
    house.services.memory.forget({ person: bob }),
  );
  expect(text).toBe('It never stopped.');
});

test('what may not be read here is not told', async () => {
  const { told } = await ask('Nothing.', [kept('billing-api failed: a secret', { acl: 'test:T1:C9' })]);
  expect(told).not.toContain('a secret');
});
