/** models/classify: the class the words ask for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelClasses } from '../../src/core/model.ts';
import { chooseClass, classify } from '../../src/models/classify.ts';
import { heard } from './heard.ts';

describe('the class of a question', () => {
  test.each([
    ['speed', 'hi'],
    ['tools', "what's running on acme-web?"],
    ['tools', 'which pull requests are waiting in acme/web?'],
    ['tools', 'please merge #12 in acme/web'],
    ['tools', 'deploy web to production'],
    ['coding', 'refactor src/store/audit.ts so that it reads better'],
    ['coding', 'what does this do?\n```ts\nconst a = b ?? c;\n```'],
    ['coding', 'Traceback (most recent call last)\n  File "x.py", line 3\nKeyError: 1'],
    ['coding', 'write a function that parses dates'],
    ['reasoning', 'should we move the queue to Postgres, and what are the trade-offs?'],
    ['reasoning', 'what is the root cause of the incident?'],
    ['reasoning', 'think through which option is the safest'],
    ['analysis', 'summarise what happened in this thread'],
    ['analysis', 'compare our spend per team over the last month'],
    ['analysis', 'how many deploys per week did we have last quarter?'],
  ])('%s: “%s”', (expected, text) => expect(chooseClass(text)).toBe(expected));

  test('a long text without any sign is material to work through', () => {
    expect(chooseClass('lorem ipsum dolor sit amet '.repeat(40))).toBe('analysis');
  });

  test('any text has a class, at once, and never the one kept for failures', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), (text) => {
        const chosen = chooseClass(text);
        return modelClasses.includes(chosen) && chosen !== 'fallback';
      }),
    );
  });

  test('of messages that others wrote, most are sorted as a person would', () => {
    const all = Object.entries(heard).flatMap(([name, texts]) => texts.map((text) => ({ name, text })));
    const right = all.filter(({ name, text }) => chooseClass(text) === name);
    expect(right.length / all.length).toBeGreaterThan(0.7);
  });

  test('it says how sure it is', () => {
    expect(classify('refactor src/store/audit.ts so that it reads better').confidence).toBeGreaterThan(0.9);
    expect(classify('zzz qqq').confidence).toBeLessThan(0.9);
  });

  test('a text made to be slow to match is not', () => {
    const began = performance.now();
    for (const part of ['a/', 'write ', ' at (:', '- ', 'pros and ']) chooseClass(part.repeat(200_000));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
