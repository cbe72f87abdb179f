/** models/evaluation: the tasks are what they were, their checks tell right from wrong, and a sitting keeps to its budget. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Answer, Turn } from '../../src/core/model.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import { evaluate } from '../../src/models/evaluation/run.ts';
import { isJson, isNumber, isText, lastAnswer, type Task } from '../../src/models/evaluation/task.ts';
import { tasksOf } from '../../src/models/evaluation/tasks.ts';
import { createRouting } from '../../src/models/routing.ts';
import { openTestStore } from '../store/open-test-store.ts';

const names: Task['class'][] = ['speed', 'reasoning', 'coding', 'analysis', 'tools'];
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

describe('the tasks', () => {
  test('are a hundred a class, hardly one twice, and none is held by silence or by talk', () => {
    for (const name of names) {
      const tasks = tasksOf(name);
      expect(tasks).toHaveLength(100);
      expect(new Set(tasks.map(({ question }) => question)).size).toBeGreaterThan(85);
      const idle = tasks.filter(({ holds }) => holds({ text: 'I do not know.', calls: [] }));
      // Where no tool fits, to call none is right.
      expect(idle.length).toBeLessThanOrEqual(name === 'tools' ? 13 : 0);
    }
  });

  test('are those of this version: change one, and the version changes too', () => {
    const hash = createHash('sha256');
    for (const name of names) for (const { id, question } of tasksOf(name)) hash.update(`${id} ${question}\n`);
    expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"e9cf0451b4902ec8"`);
  });

  test('programs are checked by what Node really makes of them', () => {
    for (const { question, holds } of tasksOf('coding')) {
      const source = /```js\n([\s\S]*)```/.exec(question)?.[1] ?? '';
      const value: unknown = new Function(source.replace(/\nf\(/, '\nreturn f('))();
      expect(holds({ text: `It is so.\nAnswer: ${JSON.stringify(value)}`, calls: [] }), question).toBe(true);
      expect(holds({ text: 'Answer: [99999]', calls: [] })).toBe(false);
    }
  });

  test('the right call is right, and another one, a second one or a further argument is wrong', () => {
    const task = tasksOf('tools').find(({ question }) => question.includes('log lines of'));
    const [, lines = '', app = ''] = /last (\d+) log lines of (\S+)/.exec(task?.question ?? '') ?? [];
    const call = { id: '1', name: 'read_logs', input: { app, lines: Number(lines) } };
    const holds = (calls: (typeof call)[]) => task?.holds({ text: '', calls });
    expect(holds([call])).toBe(true);
    expect(holds([call, call])).toBe(false);
    expect(holds([{ ...call, name: 'scale_app' }])).toBe(false);
    expect(holds([{ ...call, input: { ...call.input, tail: true } as never }])).toBe(false);
  });
});

describe('an answer', () => {
  test.each([
    ['It is 4.\n**Answer: 1,250**', 1250],
    ['Answer: $12.50', 12.5],
    ['so we get\n42', 42],
    ['Answer: \\boxed{-7}', -7],
  ])('%j is a number', (text, wanted) => expect(isNumber(text, wanted)).toBe(true));
  test('is not taken from the middle of the text', () => expect(isNumber('7 apples\nAnswer: 8', 7)).toBe(false));
  test('may be dressed up', () => {
    expect(isText('thinking…\nAnswer: **Friday**.', 'friday')).toBe(true);
    expect(isJson('```json\n{"b": 1, "a": [2]}\n```', { a: [2], b: 1 })).toBe(true);
    expect(isJson('Answer: [1,2]', [2, 1])).toBe(false);
    expect(lastAnswer('')).toBe('');
  });
});

describe('a sitting', () => {
  let store: Awaited<ReturnType<typeof openTestStore>>;
  const now = () => new Date('2026-11-21T10:00:00.000Z');
  beforeEach(async () => {
    store = await openTestStore({ now });
  });
  afterEach(() => store.close());
  const asked: Turn[] = [];

  async function sit(monthUsd: number, usd = 0.01, fails = false) {
    asked.length = 0;
    const routing = createRouting({
      events: store.modelEvents,
      classes: { reasoning: [], coding: [], analysis: [], tools: [], speed: ['a/one', 'b/two'], fallback: [] },
      catalogue: createCatalogue({ baseUrl: 'http://127.0.0.1:1', apiKey: '', file: null, log: silent, now }),
      ...{ banned: [], maxPrice: { prompt: 1, completion: 1 }, now },
    });
    const answer = async (turn: Turn): Promise<Answer> => {
      asked.push(turn);
      if (fails) return { state: 'failed', reason: 'is away', usd: 0, fallbacks: [] };
      const facts = { calls: [], usd, inputTokens: 1, outputTokens: 1, milliseconds: 5, fallbacks: [] };
      return { state: 'answered', text: 'Answer: 12', model: turn.wanted ?? '', ...facts };
    };
    const result = await evaluate({
      ask: { answer, atMost: () => usd },
      ...{ routing, events: store.modelEvents, budgets: store.budgets, monthUsd, log: silent, now },
      limits: { runUsd: 1, personUsd: 10, channelUsd: 10, dayUsd: 10, monthUsd: 100 },
    });
    return { ...result, routing };
  }

  test('gives every model the same tasks, and does not repeat what is marked', async () => {
    expect(await sit(5)).toMatchObject({ asked: 40, stopped: null });
    const first = asked.map(({ wanted, messages }) => `${wanted} ${JSON.stringify(messages)}`);
    expect(asked.filter(({ wanted }) => wanted === 'a/one')).toHaveLength(20);
    await sit(5);
    expect(
      asked.map(({ wanted, messages }) => `${wanted} ${JSON.stringify(messages)}`).some((one) => first.includes(one)),
    ).toBe(false);
    const { routing } = await sit(5);
    expect(routing.learned.of('speed', 'a/one').evaluated).toBe(40);
  });

  test('ends before it costs more than the month allows', async () => {
    expect(await sit(0.055)).toMatchObject({ asked: 5, stopped: 'the 0.055 dollars of this month are used up' });
    expect(await sit(0.055)).toMatchObject({ asked: 0 });
    expect(await store.budgets.spent({ since: '2026-11-01T00:00:00.000Z' })).toBeCloseTo(0.05);
  });

  test('a model that cannot be reached is not marked as bad', async () => {
    const { stopped, routing } = await sit(5, 0.01, true);
    expect(stopped).toBe('a/one could not be reached');
    expect(routing.learned.of('speed', 'a/one').graded).toBe(0);
  });
});
