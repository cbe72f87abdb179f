/** models/classes: which models serve a class, by default and as configured. */
import { describe, expect, test } from 'vitest';
import { modelClasses } from '../../src/core/model.ts';
import { chooseClasses, defaultClasses, defaultMaxPrice, isOpenRouter } from '../../src/models/classes.ts';

const openRouter = 'https://openrouter.ai/api/v1';

describe('defaults', () => {
  test('every class has a model, and only aliases that follow their family', () => {
    for (const name of modelClasses) {
      expect(defaultClasses[name].length).toBeGreaterThan(0);
      for (const id of defaultClasses[name]) expect(id).toMatch(/^~[a-z]+\/[a-z-]+-latest$/);
    }
  });

  test('the models behind one class come from more than one house', () => {
    for (const name of modelClasses) {
      const authors = [...defaultClasses[name], ...defaultClasses.fallback].map((id) => id.split('/')[0]);
      expect(new Set(authors).size).toBeGreaterThan(1);
    }
  });

  test('the price limit is above what the defaults cost and not without bounds', () => {
    expect(defaultMaxPrice.prompt).toBeGreaterThan(5);
    expect(defaultMaxPrice.completion).toBeLessThanOrEqual(100);
  });
});

describe('overrides', () => {
  test('one id or several replace the class and leave the others', () => {
    const chosen = chooseClasses(openRouter, {
      coding: 'a/b',
      speed: ' c/d , e/f ,',
      analysis: undefined,
      reasoning: '',
    });
    expect(chosen).toEqual({ ...defaultClasses, coding: ['a/b'], speed: ['c/d', 'e/f'] });
  });

  test("another server starts from none: OpenRouter's names would be unknown there", () => {
    const chosen = chooseClasses('http://localhost:11434/v1', { fallback: 'llama3.3' });
    expect(chosen).toEqual({ reasoning: [], coding: [], speed: [], analysis: [], tools: [], fallback: ['llama3.3'] });
  });
});

describe('OpenRouter or not', () => {
  test.each([
    [openRouter, true],
    ['https://eu.openrouter.ai/api/v1', true],
    ['http://127.0.0.1:4567/api/v1', true],
    ['http://localhost:4567/api/v1/', true],
    ['http://localhost:11434/v1', false],
    ['https://api.openai.com/v1', false],
    ['https://gateway.example.com/api/v1', false],
    ['https://openrouter.ai.evil.test/api/v1', false],
    ['https://notopenrouter.ai/api/v1', false],
    ['nonsense', false],
  ])('%s: %s', (url, expected) => expect(isOpenRouter(url)).toBe(expected));
});
