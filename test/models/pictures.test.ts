/** Who is shown pictures, and how they are sent. */
import { expect, test } from 'vitest';
import type { Turn } from '../../src/core/model.ts';
import { forEyes, seesBy } from '../../src/models/pictures.ts';
import { chatBody } from '../../src/models/request.ts';

const turn: Turn = {
  class: 'speed',
  system: 'Be brief.',
  messages: [
    { role: 'user', text: 'What is this?' },
    { role: 'assistant', text: 'Let me see.', calls: [] },
    { role: 'user', text: 'Well?' },
  ],
  tools: [],
  maxTokens: 100,
  session: 's',
  pictures: [{ name: 'shot.png', mime: 'image/png', base64: 'iVBORw0K' }],
};
const listed = (id: string, images: boolean) => ({ id, images });
const models = [listed('anthropic/claude-opus-5', true), listed('meta/llama-4-text', false)];
const sees = seesBy({ get: (id: string) => models.find((one) => one.id === id), models: () => models } as never);

test('a model sees when the list says so, an alias when its family does, an unknown one never', () => {
  expect(
    [
      'anthropic/claude-opus-5',
      '~anthropic/claude-opus-latest',
      'meta/llama-4-text',
      '~meta/llama-latest',
      'ollama:x',
    ].map(sees),
  ).toEqual([true, true, false, false, false]);
});

test('pictures stand with the first words of the person', () => {
  const { messages } = chatBody('m', forEyes(turn, true), {
    openRouter: false,
    maxPrice: { prompt: 1, completion: 1 },
  });
  expect(messages[1]).toEqual({
    role: 'user',
    content: [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } },
    ],
  });
  expect(messages[3]).toEqual({ role: 'user', content: 'Well?' });
});

test('a model without eyes gets words alone, and is told what it is not shown', () => {
  const { messages } = chatBody('m', forEyes(turn, false), {
    openRouter: false,
    maxPrice: { prompt: 1, completion: 1 },
  });
  expect(JSON.stringify(messages)).not.toContain('iVBOR');
  expect(messages[1]?.content).toContain('Pictures came with this: "shot.png". You cannot look at pictures; say so.');
});
