/** Correcting what is remembered of oneself: other words in its place; where it comes from, and who changed it, stay known. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { MemoryKind } from '../../core/memory.ts';
import { ownMemory } from './forget.ts';

/** The rest is taken from elsewhere, and is put right there. */
const words: readonly MemoryKind[] = ['message', 'fact', 'summary'];

export function correctActions(services: () => Services): Action[] {
  const correct = defineAction({
    name: 'sophia_correct_memory',
    description: 'puts other words in the place of one memory of or about whoever asks',
    effect: 'write',
    // A person's own word: no model may give it.
    worksFrozen: true,
    everyone: true,
    usage: 'correct <memory> <text...>',
    example: '/sophia correct 1a2b3c4d the staging database is read-only on Mondays',
    input: z.strictObject({
      memory: z.string().regex(/^[0-9a-f]{6,64}$/, 'the id of a memory as `memory` shows it'),
      text: z.string().trim().min(3).max(2000),
    }),
    output: z.strictObject({ corrected: z.boolean() }),
    async plan({ memory, text }, context) {
      const row = await ownMemory(services(), context.requester.id, memory);
      if (!words.includes(row.kind))
        throw new SophiaError('bad_input', `A ${row.kind} is taken from elsewhere.`, { hint: 'Put it right there.' });
      return {
        target: `memory:${context.requester.id}`,
        summary: `Correct memory ${memory}: ${text}`,
        details: [{ label: 'It said', value: row.text }],
        undo: 'Correct it again.',
        preconditions: [{ name: 'words', expected: row.text }],
        resolved: { id: row.id },
      };
    },
    async run(plan, { requester }) {
      const { memory, redact } = services();
      const id = String(plan.resolved?.id);
      const corrected = await memory.correct(id, redact(plan.input.text), requester.id);
      // What it said before must not lie about.
      await memory.scrub();
      return { corrected };
    },
    reconcile: async () => ({ state: 'not done' }),
  });

  return [correct];
}
