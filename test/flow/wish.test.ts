/** flow/wish: a model asked for by name in the question itself. */
import { expect, test } from 'vitest';
import { readWish } from '../../src/flow/wish.ts';

test.each([
  ['using opus: why did it fail?', 'opus', 'why did it fail?'],
  ['Using ~anthropic/claude-opus-latest: explain\nthis', '~anthropic/claude-opus-latest', 'explain\nthis'],
  ['using gpt 5 mini: hello there', 'gpt 5 mini', 'hello there'],
  ['using ollama:llama3.2: hi there', 'ollama:llama3.2', 'hi there'],
])('“%s” asks for %s', (text, model, question) => expect(readWish(text)).toEqual({ model, question }));

test.each([
  'using the new token: does it work with the old one too, I wonder about that: no?',
  'are we using opus: or not?',
  'using opus',
])('“%s” is a question as it stands, or names what is no model', (text) => {
  const { model, question } = readWish(text);
  expect(model === null ? question : model).toBe(model === null ? text : 'the new token');
});
