/** LoCoMo: long talks of two people and questions with evidence; CC BY-NC, so it is measured where it lies and never kept here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { NewMemory } from '../../../src/core/memory.ts';
import type { Question } from './questions.ts';

const schema = z.object({
  conversations: z.array(
    z.object({
      id: z.string(),
      turns: z.array(
        z.object({
          id: z.string(),
          session: z.number(),
          date: z.string(),
          speaker: z.string(),
          text: z.string(),
          caption: z.string().optional(),
        }),
      ),
    }),
  ),
  questions: z.array(
    z.object({
      id: z.string(),
      conversation: z.string(),
      categoryName: z.string(),
      question: z.string(),
      evidence: z.array(z.string()),
    }),
  ),
});

/** `path`: the file, or the folder it lies in. */
export function readLocomo(path: string): { rows: NewMemory[]; questions: Question[] } {
  const { conversations, questions } = schema.parse(
    JSON.parse(readFileSync(path.endsWith('.json') ? path : join(path, 'locomo-part.json'), 'utf8')),
  );
  const channelOf = (conversation: string) => `slack:T0LOCOMO:C${conversation.replace(/\W/g, '').toUpperCase()}`;
  const rows = conversations.flatMap(({ id, turns }) =>
    turns.map((turn, index): NewMemory => {
      const channel = channelOf(id);
      // Turns of a session share their minute; a second each keeps their order.
      const at = new Date(Date.parse(`${turn.date}:00Z`) + index * 1000).toISOString();
      return {
        acl: channel,
        kind: 'message',
        text: turn.caption ? `${turn.text} [${turn.caption}]` : turn.text,
        person: `slack:T0LOCOMO:U${turn.speaker.toUpperCase()}`,
        speaker: turn.speaker,
        thread: `${channel}:${turn.session}`,
        channel,
        origin: `${id}/${turn.id}`,
        at,
        tainted: true,
        source: null,
      };
    }),
  );
  return {
    rows,
    questions: questions
      .filter((question) => question.evidence.length > 0)
      .map((question) => {
        const channel = channelOf(question.conversation);
        return {
          id: question.id,
          group: question.categoryName,
          text: question.question,
          evidence: question.evidence.map((turn) => `${question.conversation}/${turn}`),
          access: { readable: [channel], audience: channel },
        };
      }),
  };
}
